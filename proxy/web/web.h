/* web/web.h - the web UI and its API, on an address of its own: pages, data and a live feed of what
 * the proxy sees.
 *
 * One thread serves, two desks work; none of them ever holds up traffic. What it tells of the rest
 * of the program it asks its house for. Uses store/, device/, http/, net/. Used by app/. */
#ifndef WHYTLS_WEB_WEB_H
#define WHYTLS_WEB_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct clock;
struct device_history;
struct json_out;
struct passes;
struct sink;
struct web;

enum web_state { WEB_FINE = 0, WEB_WARNING, WEB_FAILING };

struct web_specs {
    size_t passed, failed;
    struct text says; /* a line for each that failed; text_fini */
};

/* A site, or a file that the browser has sent; NULL: not said. */
struct web_question {
    const char *target;
    const uint8_t *file;
    size_t file_len;
    const char *name, *password; /* of the file */
    const char *host, *at, *roots, *with;
};

/* A certificate that a chain may end in. Borrowed for the life of the house. */
struct web_root {
    const char *subject, *key;
    const char *stores; /* that have it: both, apple, mozilla, custom or neither */
    int64_t not_before, not_after;
    const uint8_t *der;
    size_t der_len;
};

/* What the rest of the program is asked for. Thread: the web's or a desk's for health, the web's
 * for metrics, a desk's for all others. */
struct web_house {
    void *arg;
    /* Rows {"name","state","says"} into an array that is open; gives the worst. */
    enum web_state (*health)(void *arg, struct json_out *lines);
    /* Further lines of Prometheus' text. */
    void (*metrics)(void *arg, struct text *out);
    /* Where phones find their set-up page: {"url","qr":{"size","path"}}. */
    void (*onboarding)(void *arg, struct json_out *j);
    const char *(*root_sha256)(void *arg); /* of the root that is handed out now */
    /* False: there is none of this fingerprint (hex) at hand. */
    bool (*root)(void *arg, const char *sha256, struct web_root *out);
    /* Members "packages", "rules", "plugins" of the object that is open. */
    bool (*rules)(void *arg, struct json_out *j, struct err *e);
    /* Both wait until the rules were loaded anew. */
    bool (*rule_switch)(void *arg, const char *id, bool on, struct err *e);
    bool (*rules_reload)(void *arg, struct text *says); /* false: those before go on */
    /* A file of a package; ERR_USAGE: there is none. Only the user's own may be written. */
    bool (*rule_file)(
        void *arg, const char *package, const char *name, struct text *out, struct err *e);
    bool (*rule_file_write)(void *arg, const char *package, const char *name, const char *bytes,
        size_t len, struct err *e);
    bool (*rule_specs)(void *arg, const char *package, struct web_specs *out, struct err *e);
    /* Members "record" and "comparison" of the object that is open. */
    bool (*explain)(void *arg, const struct web_question *w, struct json_out *j, struct err *e);
    /* {"title","why","rivals","grade"}; false, and nothing is written: there is no such cause. */
    bool (*about_cause)(void *arg, const char *cause, struct json_out *j);
};

struct web_config {
    struct sockaddr_storage at; /* port 0: any */
    const char *folder;         /* the data folder; borrowed, as all others */
    const char *root_name;      /* of what we mint: part of its issuer */
    bool keeps_flows;           /* flows.db is written there */
    const struct clock *clock;
    struct device_history *history;
    struct passes *passes;
    struct web_house house;
    int64_t since_ms; /* wall: when it was opened; filled in by web_open */
};

/* What it counts of traffic comes by this sink, which stands behind the keeper of flows. It may
 * be made before the web starts, and is closed after it has stopped. */
struct web_count;

struct web_count *web_count_new(void);
void web_count_free(struct web_count *c);
struct web_rule_count {
    int64_t hits, faults, last_ms; /* connections of which it said something; 0: never */
    bool is_failed;                /* switched off until the rules are loaded again */
};

/* Of a rule, by its id. Thread: any. */
void web_count_rule(struct web_count *c, const char *id, struct web_rule_count *out);
/* The rules were loaded again. Thread: any. */
void web_count_rules_anew(struct web_count *c);
void web_count_open(struct web_count *c, struct sink *out);

/* `config` is copied. Takes its address; NULL and *e: it cannot. Nobody is answered yet. */
struct web *web_open(
    const struct web_config *config, struct web_count *count, struct err *e) MUST_USE;
/* When the house is in order. */
bool web_start(struct web *w, struct err *e) MUST_USE;
/* Ends every connection, joins the threads. NULL is legal. */
void web_stop(struct web *w);
/* Where it listens. */
void web_address(const struct web *w, struct sockaddr_storage *out);
/* "http://127.0.0.1:8081/#token=…", for the owner's eyes. */
void web_url(const struct web *w, struct text *out);

#endif
