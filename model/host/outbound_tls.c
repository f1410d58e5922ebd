#include "model/host/outbound_tls.h"

enum route_tls outbound_tls_of(const struct host *host)
{
    switch (host->description->mail_server.tls.outbound) {
    case OUTBOUND_NEVER:
        return ROUTE_TLS_NEVER;
    case OUTBOUND_OPPORTUNISTIC:
    case OUTBOUND_MTA_STS: /* a policy asks for more */
        return ROUTE_TLS_IF_OFFERED;
    case OUTBOUND_REQUIRED:
        return ROUTE_TLS_REQUIRED;
    case OUTBOUND_VERIFY:
        return ROUTE_TLS_VERIFIED;
    }
    return ROUTE_TLS_NEVER;
}

void outbound_offer_tls(struct socket *socket, enum route_tls level, const char *place, secured_fn secured)
{
    const struct host *host = socket_host(socket);
    struct secure_settings settings = {
        .verify = level == ROUTE_TLS_VERIFIED, .version = host->description->mail_server.tls.version, .name = place};
    if (level != ROUTE_TLS_NEVER) socket_offer_tls(socket, &settings, secured);
}

enum smtp_tls outbound_smtp_tls(enum route_tls level)
{
    switch (level) {
    case ROUTE_TLS_NEVER:
        return SMTP_TLS_NEVER;
    case ROUTE_TLS_IF_OFFERED:
        return SMTP_TLS_IF_OFFERED;
    case ROUTE_TLS_REQUIRED:
    case ROUTE_TLS_VERIFIED:
        return SMTP_TLS_REQUIRED;
    }
    return SMTP_TLS_NEVER;
}
