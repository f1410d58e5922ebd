/* What a frame of a capture carries: finds the IP packet behind the headers of the link. */
#ifndef POSTROAD_MODEL_IMPORT_CAPTURE_FRAME_H
#define POSTROAD_MODEL_IMPORT_CAPTURE_FRAME_H

#include "model/import/capture_file.h"

enum capture_frame_kind {
    FRAME_IP,
    FRAME_OTHER,       /* ARP and the like, or too short to tell */
    FRAME_UNKNOWN_LINK /* of a link type that is not known here */
};

/* For FRAME_IP: *at is where the IP header begins; *outbound and *interface where the frame tells them. */
struct capture_carried {
    size_t at;
    uint8_t direction;  /* enum capture_direction */
    uint32_t interface; /* cooked frames of all interfaces tell theirs; else 0 */
};
enum capture_frame_kind capture_frame_look(const struct capture_frame *frame, struct capture_carried *carried);

#endif
