/* "disk" of a host: how long its steps take and how much it holds. */
#include "model/scenario/loader.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

void load_disk(const struct spot *host, struct scenario_host *h)
{
    static const struct key_rule keys[] = {{"write", NULL}, {"sync", NULL}, {"rename", NULL},
                                           {"read", NULL},  {"size", NULL}, {"files", NULL}};
    struct scenario_disk *disk = &h->disk;
    struct spot object, key = spot_key(host, "disk");
    int64_t size = 0, files = 0;
    if (!key.json) return;
    if (h->role != ROLE_CLIENT && h->role != ROLE_MAIL_SERVER) {
        spot_refuse_key(&key, tr("leave it out"), tr("\"disk\" stands on a host that keeps no mail"));
        return;
    }
    if (!want_object(host, "disk", &object)) return;
    CHECK_KEYS(&object, keys);
    want_duration(&object, "write", 0, MINUTE, &disk->write_ns);
    want_duration(&object, "sync", 0, MINUTE, &disk->sync_ns);
    want_duration(&object, "rename", 0, MINUTE, &disk->rename_ns);
    want_duration(&object, "read", 0, MINUTE, &disk->read_ns);
    if (want_size(&object, "size", 1, INT64_C(1) << 50, &size)) disk->size_bytes = (uint64_t)size;
    if (want_integer(&object, "files", 1, INT64_C(1) << 50, &files)) disk->files = (uint64_t)files;
    disk->takes_time = disk->write_ns || disk->sync_ns || disk->rename_ns;
}
