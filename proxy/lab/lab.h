/* lab/lab.h - a local badssl: one server per cause, each with exactly one fault, and healthy ones
 * beside them.
 *
 * One thread with its own event base; every server listens on a loopback port that the system
 * picked, and lab_where tells a name and port of the table from that. The PKI is made fresh for
 * each data folder; no CA key outlives the making. The servers misbehave on purpose, so nothing of
 * the product's own TLS is used. Uses base/. Used by app/ (whytls run --lab, whytls lab). */
#ifndef WHYTLS_LAB_LAB_H
#define WHYTLS_LAB_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attrib.h"
#include "base/err.h"

struct clock; /* base/clock.h */
struct lab;

/* How the server of an entry behaves. */
enum lab_way {
    WAY_TLS = 0,  /* TLS 1.2 and 1.3, the certificate by SNI: these share one port */
    WAY_TLS12,    /* TLS 1.2 and nothing newer */
    WAY_TLS_OLD,  /* TLS 1.0 and 1.1 */
    WAY_TLS_NULL, /* TLS 1.2 with cipher suites that nobody offers */
    WAY_MTLS,     /* wants a client certificate */
    WAY_MTLS12,   /* the same, TLS 1.2 only */
    WAY_MTLS_403, /* asks for one, goes on without, and refuses the request */
    WAY_PLAIN,    /* answers the ClientHello in plain HTTP */
    WAY_RESET,    /* reads the ClientHello, then RST */
    WAY_SILENT,   /* reads the ClientHello, then FIN */
    WAY_STALL,    /* reads the ClientHello, then nothing */
    WAY_REFUSED,  /* nobody listens */
    WAY_TIMEOUT,  /* a SYN is not answered */
    WAY_NXDOMAIN, /* the name does not exist */
    WAY_QUIRK,    /* TLS with a fault of its own (quirk.h) */
    WAY_HTTP,     /* plain HTTP from the first byte */
    WAY_SSH,      /* greets as an SSH server does */
    /* mail servers (mail.h); each begins as its protocol says */
    WAY_MAIL,          /* healthy but for its certificate */
    WAY_MAIL_REFUSES,  /* lists STARTTLS, and says no */
    WAY_MAIL_OLD,      /* does not know STARTTLS */
    WAY_MAIL_CUT,      /* goes ahead with STARTTLS, which somebody took out of its list */
    WAY_MAIL_INJECTED, /* more follows its go-ahead in the open */
    WAY_MAIL_PLAIN,    /* greets in plain words where TLS should begin */
    WAY_MAIL_LOGIN,    /* lets nobody in */
    N_LAB_WAYS
};

/* How the name of an entry is found. */
enum lab_dns {
    LAB_DNS_MAPPED = 0, /* lab_where tells; no name server is asked */
    /* the lab's own name server is asked, and says */
    LAB_DNS_SERVFAIL, /* that it failed */
    LAB_DNS_SILENT,   /* nothing */
    LAB_DNS_BOGUS,    /* that it failed, unless signatures need not be checked (DNSSEC) */
    LAB_DNS_PRIVATE,  /* a private address */
    LAB_DNS_SINKHOLE, /* an address of the loopback */
    LAB_DNS_DEAD_V6,  /* an address of either kind; nobody answers at that of IPv6 */
};

/* A line of entry.def. All text is static. */
struct lab_entry {
    const char *host;
    uint16_t port;
    const char *url;
    const char *cause; /* id of the catalogue; NULL: healthy */
    const char *leg;   /* where the cause lies: "server" */
    const char *about; /* one line for people */
    enum lab_way way;
    bool slow; /* shows only when a deadline of the client has passed */
    const char
        *protocol; /* "https"; "imap", "pop3" or "smtp", "…+starttls" where it begins plainly */
    const char *certificate; /* the name of its recipe; most often the host */
    enum lab_dns dns;
    const char *before; /* addresses to visit first, between blanks; NULL: none */
    bool beside;        /* no entry of its own: stands beside another */
};

struct lab_config {
    const char *data_dir;      /* borrowed during lab_start; the lab lives in its folder "lab" */
    const struct clock *clock; /* borrowed until lab_stop */
};

enum lab_answer {
    LAB_NOT_OURS = 0, /* no name of the lab: ask the network */
    LAB_ADDRESS,      /* connect there; tcp-refused and tcp-timeout have such addresses too */
    LAB_NXDOMAIN,     /* the name does not exist */
    LAB_ASK,          /* ask the lab's own name server */
};

/* The table, healthy sites first. Shared, immutable. */
const struct lab_entry *lab_entries(size_t *n);

/* Makes or reads the PKI, binds, starts the thread. NULL and *e when that failed. */
struct lab *lab_start(const struct lab_config *config, struct err *e) MUST_USE;
/* Ends every connection, joins the thread, frees all. NULL is fine. */
void lab_stop(struct lab *lab);

/* Where does this name and port listen? Names compare without case. Every name under lab.test,
 * lab-two.test, … is ours; one that is not in the table is LAB_NXDOMAIN, a port that is not is an
 * address that refuses. Port 80 of a healthy name answers in plain HTTP. Thread: any, while the lab
 * stands. */
enum lab_answer lab_where(const struct lab *lab, const char *host, uint16_t port,
    struct sockaddr_storage *out, socklen_t *len);

/* "127.0.0.1:PORT" of the lab's own name server; borrowed until lab_stop. */
const char *lab_name_server(const struct lab *lab);
/* Where an address that it gave, with its port, really is. False: it is none of the lab's. */
bool lab_turn(const struct lab *lab, const struct sockaddr *address, struct sockaddr_storage *out,
    socklen_t *len);

/* A PEM file with the one root that the lab wants trusted; borrowed until lab_stop. The entry
 * untrusted-root ends in another one, which is not in it. */
const char *lab_root_pem_path(const struct lab *lab);

/* A log of Certificate Transparency that the lab wants trusted. */
struct lab_ct_log {
    const char *name; /* static */
    uint8_t *key;     /* DER of its public key; freed with mem_free */
    size_t key_len;
    bool retired;      /* since retired_s */
    int64_t retired_s; /* seconds since 1970 */
};

size_t lab_n_ct_logs(const struct lab *lab);
/* Log `i` of them. False and *e when its key cannot be written out. */
bool lab_ct_log(const struct lab *lab, size_t i, struct lab_ct_log *out, struct err *e) MUST_USE;

#endif
