/* A capture file as a row of frames: classic pcap (draft-ietf-opsawg-pcap) of either byte order, in microseconds or
   nanoseconds, and pcapng (draft-ietf-opsawg-pcapng) with several interfaces and sections, names and comments. libpcap
   is not used for it: it tells neither on which interface of a pcapng a packet was seen, nor names, directions and
   comments, and reads no file whose interfaces differ. The tests compare with tshark. */
#ifndef POSTROAD_MODEL_IMPORT_CAPTURE_FILE_H
#define POSTROAD_MODEL_IMPORT_CAPTURE_FILE_H

#include "model/import/import.h"
#include "model/wire/ip_address.h"

enum capture_direction { CAPTURED_SOMEHOW, CAPTURED_INBOUND, CAPTURED_OUTBOUND };

struct capture_frame {
    int64_t at_ns; /* since 1970 */
    const uint8_t *bytes;
    uint32_t captured, original; /* bytes that are there, and that were on the wire */
    uint32_t interface;
    uint16_t link_type;
    uint8_t direction;   /* enum capture_direction */
    const char *comment; /* of a pcapng packet, not ended; NULL: none */
    uint16_t comment_size;
};

/* A name that the file itself gives an address. */
struct capture_name {
    struct ip_address address;
    const char *text; /* ends with a zero byte; the file's */
};

struct capture_file {
    struct capture_frame *frames; /* in the order of time */
    size_t n_frames, frames_room;
    struct capture_name *names;
    size_t n_names, names_room;
    size_t n_interfaces;
    bool is_torn; /* the last record is cut short, as of a capture that was still going on */
};

bool capture_file_is_capture(const uint8_t *bytes, size_t size);
/* False after import_fail; free either way. The bytes must outlive the result. */
bool capture_file_read(const uint8_t *bytes, size_t size, struct capture_file *file, struct import_report *report);
void capture_file_free(struct capture_file *file);

/* --- for the readers of the two formats --- */
struct capture_frame *capture_file_add(struct capture_file *file);
bool capture_pcapng_read(const uint8_t *bytes, size_t size, struct capture_file *file, struct import_report *report);

#endif
