/* net/quic_watch_linux.c - netfilter's log (NFLOG) over a netlink socket. */
#include "quic_watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop.h"
#include "quic_packet.h"

/* COPY: both IP headers, UDP's, and the first of QUIC. TURN_MOST: datagrams in one event, so that a
 * flood of UDP does not starve the connections. */
enum { COPY = 128, BUFFER = 65536, TURN_MOST = 16 };

struct quic_watch {
    struct loop_watch *readable;
    int fd;
    void (*tried)(void *arg, const struct quic_try *one);
    void *arg;
};

/* Everything in netlink begins at a multiple of four. */
static size_t aligned(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

/* One request to the kernel: nlmsghdr, nfgenmsg, one attribute. */
struct request {
    struct nlmsghdr head;
    struct nfgenmsg group;
    struct nlattr attribute;
    char value[16];
};

static bool request_send(
    int fd, uint16_t group, uint16_t attribute, const void *value, size_t len, struct err *e)
{
    struct request r = {0};
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
    } answer = {0};

    r.attribute.nla_type = attribute;
    r.attribute.nla_len = (uint16_t)(sizeof r.attribute + len);
    memcpy(r.value, value, len);
    r.head.nlmsg_len =
        (uint32_t)(offsetof(struct request, attribute) + aligned(r.attribute.nla_len));
    r.head.nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
    r.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    r.group.version = NFNETLINK_V0;
    r.group.res_id = htons(group);
    if (send(fd, &r, r.head.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 0)
        return err_sys(e, "cannot ask netfilter for its log");
    if (answer.head.nlmsg_type != NLMSG_ERROR || answer.error.error == 0)
        return true;
    errno = -answer.error.error;
    if (errno == EPERM) /* both reasons look the same */
        return err_set(e, ERR_SYSTEM,
            "netfilter's log is told to root (CAP_NET_ADMIN) only, and group %u of it to one "
            "process",
            group);
    return err_sys(e, "netfilter refuses its log");
}

static bool subscribe(int fd, uint16_t group, struct err *e)
{
    struct nfulnl_msg_config_cmd bind = {.command = NFULNL_CFG_CMD_BIND};
    struct nfulnl_msg_config_mode mode = {
        .copy_range = htonl(COPY), .copy_mode = NFULNL_COPY_PACKET};
    uint32_t each = htonl(1); /* told at once, not in batches */

    return request_send(fd, group, NFULA_CFG_CMD, &bind, sizeof bind, e) &&
           request_send(fd, group, NFULA_CFG_MODE, &mode, sizeof mode, e) &&
           request_send(fd, group, NFULA_CFG_QTHRESH, &each, sizeof each, e);
}

/* The attributes of one packet. The log's prefix says what became of it. */
static void read_packet(const struct quic_watch *w, const uint8_t *at, size_t left)
{
    struct quic_try one = {0};
    bool is_quic = false;

    while (left >= sizeof(struct nlattr)) {
        struct nlattr a;

        memcpy(&a, at, sizeof a);
        if (a.nla_len < sizeof a || a.nla_len > left)
            return;
        const uint8_t *value = at + sizeof a;
        size_t len = a.nla_len - sizeof a, step = aligned(a.nla_len);
        int type = a.nla_type & NLA_TYPE_MASK;
        if (type == NFULA_PAYLOAD)
            is_quic = quic_packet_read(value, len, &one.from, &one.to);
        else if (type == NFULA_PREFIX)
            one.refused = len && memmem(value, len, "refused", strlen("refused")) != NULL;
        at += step < left ? step : left;
        left -= step < left ? step : left;
    }
    if (is_quic)
        w->tried(w->arg, &one);
}

static void read_messages(const struct quic_watch *w, const uint8_t *at, size_t left)
{
    enum { HEADS = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg)) };

    while (left >= HEADS) {
        struct nlmsghdr head;

        memcpy(&head, at, sizeof head);
        if (head.nlmsg_len < HEADS || head.nlmsg_len > left)
            return;
        if (head.nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET))
            read_packet(w, at + HEADS, head.nlmsg_len - HEADS);
        size_t step = aligned(head.nlmsg_len);
        if (step >= left)
            return;
        at += step;
        left -= step;
    }
}

static void readable(void *arg)
{
    const struct quic_watch *w = arg;
    uint8_t buffer[BUFFER];

    for (int i = 0; i < TURN_MOST; i++) {
        ssize_t n = recv(w->fd, buffer, sizeof buffer, MSG_DONTWAIT);

        if (n < 0 && errno == ENOBUFS)
            continue; /* the kernel had more than the socket holds: the rest is as good */
        if (n <= 0)
            return;
        read_messages(w, buffer, (size_t)n);
    }
}

struct quic_watch *quic_watch_start(struct loop *l, uint16_t group,
    void (*tried)(void *arg, const struct quic_try *one), void *arg, struct err *e)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

    if (fd < 0) {
        err_sys(e, "cannot ask netfilter for its log");
        return NULL;
    }
    if (!subscribe(fd, group, e)) {
        close(fd);
        return NULL;
    }
    struct quic_watch *w = mem_new(sizeof *w);
    *w = (struct quic_watch){.fd = fd, .tried = tried, .arg = arg};
    w->readable = loop_watch_fd(l, fd, readable, w);
    return w;
}

void quic_watch_stop(struct quic_watch *w)
{
    if (!w)
        return;
    loop_watch_free(w->readable);
    close(w->fd);
    mem_free(w);
}
