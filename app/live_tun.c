/* A TUN device and its configuration, by ioctl(2) alone: see live_tun.h, netdevice(7) and the kernel's
   Documentation/networking/tuntap.rst. Packets come and go whole, with their checksums (IFF_NO_PI, no IFF_VNET_HDR). */
#define _GNU_SOURCE /* struct ifreq, struct rtentry */
#include "app/live_tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h> /* before linux/ipv6.h, which then leaves its types alone */

#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <net/route.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/live_scenario.h"
#include "model/host/outside.h"
#include "model/wire/ip_address.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { PACKET_BYTES = 65536, PACKETS_AT_ONCE = 64 };

struct live_tun {
    int fd;
    char name[IFNAMSIZ];
    uint64_t n_in, n_out, n_lost; /* lost: the device would not take it */
    size_t place;
    uint8_t bytes[PACKET_BYTES];
};

/* --- making and configuring --- */

static bool refuse(const char *name, const char *doing, int error)
{
    const char *hint = NULL;
    fprintf(stderr, tr("postroad live: --tun %s: %s: %s\n"), name, doing, strerror(error));
    if (error == EPERM || error == EACCES)
        hint = tr("a TUN device needs root, or the capability CAP_NET_ADMIN; --listen needs neither");
    if (error == ENOENT || error == ENODEV) hint = tr("this machine has no TUN devices; as root: modprobe tun");
    if (error == EBUSY) hint = tr("another program has this device; choose another name");
    if (error == EINVAL) hint = tr("a name has at most 15 letters, such as sim0, and is no other device's");
    if (hint) fprintf(stderr, tr("  hint: %s\n"), hint);
    return false;
}

static struct sockaddr internet_address(uint32_t address)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    struct sockaddr any;
    memcpy(&any, &in, sizeof any);
    return any;
}

static struct ip_address address_of(const struct sockaddr *any)
{
    if (any->sa_family == AF_INET6)
        return ip_get_16_bytes(((const struct sockaddr_in6 *)(const void *)any)->sin6_addr.s6_addr);
    return ip_of_v4(ntohl(((const struct sockaddr_in *)(const void *)any)->sin_addr.s_addr));
}

static bool is_in_network(struct ip_address address, struct ip_address own, struct ip_address mask)
{
    return ((address.high ^ own.high) & mask.high) == 0 && ((address.low ^ own.low) & mask.low) == 0 &&
           ip_is_v4(address) == ip_is_v4(own);
}

static bool refuse_inside(const char *name, const struct scenario_host *host, struct ip_address address,
                          const char *where)
{
    char text[IP_TEXT_BYTES];
    fprintf(stderr,
            tr("postroad live: --tun %s: the address of \"%s\", %s, lies in a network of this machine, on %s\n"
               "  hint: give the hosts other addresses: \"address\": \"10.99.0.1\"\n"),
            name, host->name, ip_text(address, text), where);
    return false;
}

/* A route to one host takes precedence over that to a network of this machine, which would then be cut off. */
static bool is_apart(const char *name, const struct scenario *scenario)
{
    struct ifaddrs *all = NULL;
    bool good = true;
    if (getifaddrs(&all) != 0) return refuse(name, "getifaddrs", errno);
    for (const struct ifaddrs *i = all; i && good; i = i->ifa_next) {
        if (!i->ifa_addr || !i->ifa_netmask) continue;
        if (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6) continue;
        for (size_t h = 0; h < scenario->n_hosts && good; h++) {
            const struct scenario_host *host = &scenario->hosts[h];
            const struct ip_address addresses[] = {ip_of_v4(host->address), host->address6};
            for (int k = host->address ? 0 : 1; k < 2 && good; k++)
                if (!ip_is_none(addresses[k]) &&
                    is_in_network(addresses[k], address_of(i->ifa_addr), address_of(i->ifa_netmask)))
                    good = refuse_inside(name, host, addresses[k], i->ifa_name);
        }
    }
    freeifaddrs(all);
    return good;
}

static bool make_device(struct live_tun *tun, const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    if (strlen(name) >= IFNAMSIZ) return refuse(name, "TUNSETIFF", EINVAL);
    snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
    tun->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tun->fd < 0) return refuse(name, "/dev/net/tun", errno);
    if (ioctl(tun->fd, TUNSETIFF, &request) != 0) return refuse(name, "TUNSETIFF", errno);
    snprintf(tun->name, IFNAMSIZ, "%s", request.ifr_name);
    return true;
}

static uint32_t mtu_of(const struct scenario *scenario, const struct scenario_host *host)
{
    for (size_t i = 0; i < scenario->n_links; i++) {
        const struct scenario_link *link = &scenario->links[i];
        if (&scenario->hosts[link->a] == host || &scenario->hosts[link->b] == host) return link->mtu_bytes;
    }
    return 1500;
}

/* The device's own address, with no network around it, its MTU, and up. */
static bool configure(const struct live_tun *tun, int control, const struct scenario_host *outside, uint32_t mtu_bytes)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, IFNAMSIZ, "%s", tun->name);
    request.ifr_addr = internet_address(outside->address);
    if (outside->address && ioctl(control, SIOCSIFADDR, &request) != 0) return refuse(tun->name, "SIOCSIFADDR", errno);
    request.ifr_netmask = internet_address(UINT32_MAX);
    if (outside->address && ioctl(control, SIOCSIFNETMASK, &request) != 0)
        return refuse(tun->name, "SIOCSIFNETMASK", errno);
    request.ifr_mtu = (int)mtu_bytes;
    if (ioctl(control, SIOCSIFMTU, &request) != 0) return refuse(tun->name, "SIOCSIFMTU", errno);
    if (ioctl(control, SIOCGIFFLAGS, &request) != 0) return refuse(tun->name, "SIOCGIFFLAGS", errno);
    request.ifr_flags = (short)(request.ifr_flags | IFF_UP | IFF_RUNNING);
    if (ioctl(control, SIOCSIFFLAGS, &request) != 0) return refuse(tun->name, "SIOCSIFFLAGS", errno);
    return true;
}

static bool add_routes(struct live_tun *tun, int control, const struct scenario *scenario,
                       const struct scenario_host *outside)
{
    for (size_t i = 0; i < scenario->n_hosts; i++) {
        const struct scenario_host *host = &scenario->hosts[i];
        struct rtentry route = {.rt_flags = RTF_UP | RTF_HOST, .rt_dev = tun->name};
        if (host == outside || !host->address) continue;
        route.rt_dst = internet_address(host->address);
        route.rt_genmask = internet_address(UINT32_MAX);
        route.rt_gateway = internet_address(0);
        if (ioctl(control, SIOCADDRT, &route) != 0) return refuse(tun->name, "SIOCADDRT", errno);
    }
    return true;
}

static struct in6_addr six_bytes(struct ip_address address)
{
    struct in6_addr bytes;
    ip_put_16_bytes(address, bytes.s6_addr);
    return bytes;
}

/* The same for IPv6, where somebody speaks it. */
static bool configure_six(const struct live_tun *tun, int control, const struct scenario *scenario,
                          const struct scenario_host *outside)
{
    int index = (int)if_nametoindex(tun->name);
    struct in6_ifreq own = {.ifr6_prefixlen = 128, .ifr6_ifindex = index};
    own.ifr6_addr = six_bytes(outside->address6);
    if (ioctl(control, SIOCSIFADDR, &own) != 0) return refuse(tun->name, "IPv6: SIOCSIFADDR", errno);
    for (size_t i = 0; i < scenario->n_hosts; i++) {
        const struct scenario_host *host = &scenario->hosts[i];
        struct in6_rtmsg route = {
            .rtmsg_dst_len = 128, .rtmsg_metric = 1, .rtmsg_flags = RTF_UP | RTF_HOST, .rtmsg_ifindex = index};
        if (host == outside || ip_is_none(host->address6)) continue;
        route.rtmsg_dst = six_bytes(host->address6);
        if (ioctl(control, SIOCADDRT, &route) != 0) return refuse(tun->name, "IPv6: SIOCADDRT", errno);
    }
    return true;
}

static bool set_up(struct live_tun *tun, const char *name, const struct scenario *scenario)
{
    const struct scenario_host *outside = live_scenario_outside(scenario);
    if (!is_apart(name, scenario) || !make_device(tun, name)) return false;
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return refuse(name, "socket", errno);
    bool good = configure(tun, control, outside, mtu_of(scenario, outside)) &&
                (!outside->address || add_routes(tun, control, scenario, outside));
    close(control);
    if (!good || ip_is_none(outside->address6)) return good;
    control = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return refuse(name, "IPv6: socket", errno);
    good = configure_six(tun, control, scenario, outside);
    close(control);
    return good;
}

struct live_tun *live_tun_open(const char *name, const struct scenario *scenario)
{
    struct live_tun *tun = mem_calloc(1, sizeof *tun);
    tun->fd = -1;
    if (set_up(tun, name, scenario)) return tun;
    live_tun_free(tun);
    return NULL;
}

const char *live_tun_name(const struct live_tun *tun)
{
    return tun->name;
}

/* --- in the loop --- */

static void on_exit_packet(void *context, const uint8_t *bytes, size_t size)
{
    struct live_tun *tun = context;
    if (write(tun->fd, bytes, size) == (ssize_t)size)
        tun->n_out++;
    else
        tun->n_lost++;
}

void live_tun_attach(struct live_tun *tun, struct world *world)
{
    outside_set_exit(world, on_exit_packet, tun);
}

void live_tun_wait(struct live_tun *tun, struct live_poll *poll)
{
    tun->place = live_poll_add(poll, tun->fd, POLLIN);
}

void live_tun_serve(struct live_tun *tun, const struct live_poll *poll, struct world *world)
{
    if (!(live_poll_found(poll, tun->place) & POLLIN)) return;
    for (int i = 0; i < PACKETS_AT_ONCE; i++) {
        ssize_t n = read(tun->fd, tun->bytes, sizeof tun->bytes);
        if (n <= 0) return;
        tun->n_in++;
        outside_packet(world, tun->bytes, (size_t)n);
    }
}

void live_tun_tell(const struct live_tun *tun, FILE *out)
{
    fprintf(out, tr("%s: %llu packets in, %llu out"), tun->name, (unsigned long long)tun->n_in,
            (unsigned long long)tun->n_out);
    if (tun->n_lost) fprintf(out, tr(", %llu that the device would not take"), (unsigned long long)tun->n_lost);
    fputc('\n', out);
}

void live_tun_free(struct live_tun *tun)
{
    if (!tun) return;
    if (tun->fd >= 0) close(tun->fd);
    mem_free(tun);
}
