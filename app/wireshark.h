/* Wireshark at a packet of the window: see viz/draw/elsewhere.h. */
#ifndef POSTROAD_APP_WIRESHARK_H
#define POSTROAD_APP_WIRESHARK_H

#include "viz/draw/elsewhere.h"

struct wireshark; /* remembers where its captures are */

struct wireshark *wireshark_new(void);
/* The captures stay: Wireshark may be reading them still. */
void wireshark_free(struct wireshark *wireshark);
/* The value must not outlive it. */
struct elsewhere wireshark_elsewhere(struct wireshark *wireshark);

#endif
