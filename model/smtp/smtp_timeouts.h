/* How long a client of SMTP waits for each answer (RFC 5321 4.5.3.2), and for those of its extensions. In ns. No
   behaviour. */
#ifndef POSTROAD_MODEL_SMTP_SMTP_TIMEOUTS_H
#define POSTROAD_MODEL_SMTP_SMTP_TIMEOUTS_H

#include <stdint.h>

struct smtp_timeouts {
    int64_t greeting_ns, helo_ns, mail_ns, rcpt_ns, data_init_ns;
    int64_t data_block_ns; /* without progress of the content */
    int64_t data_done_ns, quit_ns;
    int64_t starttls_ns; /* the reply, and the handshake */
    int64_t auth_ns;
    int64_t rset_ns; /* 0: as for MAIL */
};

#endif
