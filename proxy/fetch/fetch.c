#include "fetch_priv.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "keep_priv.h"
#include "net/addr.h"
#include "patience_priv.h"
#include "url_priv.h"

enum { LETTERS_MOST = 1024, BEAT_MS = 1000 };

/* A call to the fetcher's thread. */
struct letter {
    void (*call)(struct fetcher *f, void *arg);
    void *arg;
};

/* Somebody who waits for a flight. */
struct waiter {
    int64_t (*done)(void *arg, const struct fetch_got *got);
    void *arg;
    struct waiter *next;
};

/* One address under way. */
struct flight {
    struct fetcher *f;
    CURL *easy;
    char *key;
    char host[HOST_CAP];
    struct curl_slist *connect_to;
    struct sockaddr_storage instead; /* family 0: nobody is asked instead */
    enum fetch_reach reach;
    bool forbidden, too_large;
    uint8_t *bytes;
    size_t len, most;
    struct waiter *waiters;
    struct flight *prev, *next;
};

struct fetcher {
    struct fetch_config config;
    CURLM *multi;
    struct mailbox *inbox;
    pthread_t thread;
    bool started;
    atomic_bool stopping;
    /* The rest is the thread's own. */
    struct map *by_key; /* flights, borrowed */
    struct flight *first;
    size_t n_flights;
    struct keep *kept;
    struct patience *patience;
    bool over;
};

const struct clock *fetch_clock(const struct fetcher *f)
{
    return f->config.clock;
}

static int64_t now_ms(const struct fetcher *f)
{
    return clock_steady_ms(f->config.clock);
}

/* --- one flight --- */

static size_t take_bytes(char *at, size_t size, size_t n, void *arg)
{
    struct flight *x = arg;
    size_t len = size * n;

    if (len > x->most - x->len) {
        x->too_large = true;
        return 0;
    }
    x->bytes = mem_resize(x->bytes, x->len + len);
    memcpy(x->bytes + x->len, at, len);
    x->len += len;
    return len;
}

/* The address that is really connected to, whatever name, redirect or name server led there. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct flight *x = arg;
    const struct sockaddr *instead = (const struct sockaddr *)&x->instead;
    bool named = instead->sa_family != AF_UNSPEC && addr_equal(instead, &to->addr) &&
                 addr_port(instead) == addr_port(&to->addr);

    if (purpose != CURLSOCKTYPE_IPCXN || (!named && !url_may(x->reach, &to->addr))) {
        x->forbidden = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void set_instead(struct flight *x)
{
    char at[ADDR_TEXT_CAP];
    struct text rule = {0};

    if (x->instead.ss_family == AF_UNSPEC)
        return;
    text_printf(&rule, "::%s", addr_port_text(at, (struct sockaddr *)&x->instead));
    x->connect_to = curl_slist_append(NULL, text_str(&rule));
    text_fini(&rule);
    curl_easy_setopt(x->easy, CURLOPT_CONNECT_TO, x->connect_to);
}

static bool set_bounds(struct flight *x, const char *url)
{
    CURL *c = x->easy;

    return curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)FETCH_REDIRECTS_MOST) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK /* also none of the environment's */
           && curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)FETCH_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_USERAGENT, "whytls/" WHYTLS_VERSION) == CURLE_OK;
}

static bool set_calls(struct flight *x)
{
    CURL *c = x->easy;

    return curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEDATA, x) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L) ==
               CURLE_OK /* each connection's address is looked at */
           && curl_easy_setopt(c, CURLOPT_PRIVATE, x) == CURLE_OK;
}

static void flight_free(struct flight *x)
{
    struct fetcher *f = x->f;

    if (x->prev)
        x->prev->next = x->next;
    else
        f->first = x->next;
    if (x->next)
        x->next->prev = x->prev;
    f->n_flights--;
    map_take(f->by_key, x->key);
    if (x->easy) {
        curl_multi_remove_handle(f->multi, x->easy);
        curl_easy_cleanup(x->easy);
    }
    curl_slist_free_all(x->connect_to);
    mem_free(x->bytes);
    mem_free(x->key);
    mem_free(x);
}

/* Tells everybody who waits; keeps the answer as long as they say. */
static void flight_end(struct flight *x, const struct fetch_got *got)
{
    struct fetcher *f = x->f;
    struct waiter *all = x->waiters;
    char *key = mem_text(x->key);
    uint8_t *bytes = x->bytes;
    int64_t keep_s =
        got->result == FETCH_OK || got->result == FETCH_FORBIDDEN ? 0 : FETCH_FAILURE_S;

    x->bytes = NULL;
    flight_free(x); /* whoever is told may ask the same again */
    for (struct waiter *w = all, *next; w; w = next) {
        int64_t says = w->done(w->arg, got);

        next = w->next;
        keep_s = got->result == FETCH_OK && says > keep_s ? says : keep_s;
        mem_free(w);
    }
    if (got->result != FETCH_BUSY)
        keep_put(f->kept, key, got, now_ms(f), now_ms(f) + keep_s * 1000);
    mem_free(key);
    mem_free(bytes);
}

static int64_t max_age_of(CURL *easy)
{
    struct curl_header *h = NULL;
    const char *at;
    char *end;

    if (curl_easy_header(easy, "Cache-Control", 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
        return -1;
    at = strstr(h->value, "max-age=");
    if (!at || at[8] < '0' || at[8] > '9')
        return -1;
    long s = strtol(at + 8, &end, 10); /* too large is LONG_MAX, and bounded by who asked */
    return s;
}

static enum fetch_result result_of(const struct flight *x, CURLcode code)
{
    long status = 0;

    if (x->too_large)
        return FETCH_TOO_LARGE;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return FETCH_TIMEOUT;
    if (code == CURLE_TOO_MANY_REDIRECTS || code == CURLE_UNSUPPORTED_PROTOCOL)
        return FETCH_REFUSED;
    if (code != CURLE_OK)
        return x->forbidden ? FETCH_FORBIDDEN : FETCH_UNREACHABLE;
    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    return status == 200 && x->len > 0 ? FETCH_OK : FETCH_REFUSED;
}

static void flight_done(struct flight *x, CURLcode code)
{
    struct fetch_got got = {.result = result_of(x, code), .max_age_s = -1};

    if (got.result == FETCH_TIMEOUT)
        patience_timed_out(x->f->patience, x->host, now_ms(x->f));
    else if (got.result == FETCH_OK || got.result == FETCH_REFUSED)
        patience_answered(x->f->patience, x->host);
    if (got.result == FETCH_OK) {
        got.bytes = x->bytes;
        got.len = x->len;
        got.max_age_s = max_age_of(x->easy);
    }
    flight_end(x, &got);
}

/* --- asking --- */

static void waiter_add(struct flight *x, const struct fetch_wish *wish)
{
    struct waiter *w = mem_new(sizeof *w);

    *w = (struct waiter){.done = wish->done, .arg = wish->arg, .next = x->waiters};
    x->waiters = w;
}

static struct flight *flight_new(struct fetcher *f, const char *key, const struct fetch_wish *wish)
{
    struct flight *x = mem_new(sizeof *x);

    x->f = f;
    x->key = mem_text(key);
    x->most = wish->most;
    x->reach = wish->reach;
    x->next = f->first;
    if (f->first)
        f->first->prev = x;
    f->first = x;
    f->n_flights++;
    map_put(f->by_key, key, x);
    waiter_add(x, wish);
    return x;
}

/* The reason not to begin; FETCH_OK when there is none. *x gets whom to ask instead. */
static enum fetch_result may_begin(struct fetcher *f, const struct fetch_wish *wish,
    struct fetch_url *url, struct sockaddr_storage *instead)
{
    const struct dial_config *dial = f->config.dial;
    enum dial_error error = DIAL_OK;
    unsigned len = sizeof *instead;

    if (f->over || f->n_flights >= FETCH_FLIGHTS_MOST)
        return FETCH_BUSY;
    if (!url_read(wish->url, url))
        return FETCH_BAD_URL;
    if (patience_is_over(f->patience, url->host, now_ms(f)))
        return FETCH_TIMEOUT;
    if (dial && dial->instead &&
        dial->instead(dial->arg, url->host, url->port, (struct sockaddr *)instead, &len, &error) &&
        error != DIAL_OK)
        return FETCH_UNREACHABLE;
    return FETCH_OK;
}

static void tell(const struct fetch_wish *wish, enum fetch_result result)
{
    struct fetch_got got = {.result = result, .max_age_s = -1};

    wish->done(wish->arg, &got);
}

static void flight_begin(struct flight *x, const char *url)
{
    x->easy = curl_easy_init();
    if (x->easy && set_bounds(x, url) && set_calls(x)) {
        set_instead(x);
        if (curl_multi_add_handle(x->f->multi, x->easy) == CURLM_OK)
            return;
    }
    flight_end(x, &(struct fetch_got){.result = FETCH_BUSY});
}

void fetch_begin(struct fetcher *f, const struct fetch_wish *wish)
{
    struct fetch_url url = {.port = 0};
    struct sockaddr_storage instead = {.ss_family = AF_UNSPEC};
    struct text key = {0};
    struct fetch_got kept;

    /* What one reach was given another may not be. */
    text_printf(&key, "%d %zu %.*s", (int)wish->reach, wish->most, FETCH_URL_MOST + 1, wish->url);
    struct flight *x = map_get(f->by_key, text_str(&key));
    enum fetch_result no = FETCH_OK;
    if (x) {
        waiter_add(x, wish);
    } else if (keep_get(f->kept, text_str(&key), now_ms(f), &kept)) {
        wish->done(wish->arg, &kept);
    } else if ((no = may_begin(f, wish, &url, &instead)) != FETCH_OK) {
        tell(wish, no);
    } else {
        x = flight_new(f, text_str(&key), wish);
        memcpy(x->host, url.host, sizeof x->host);
        x->instead = instead;
        flight_begin(x, wish->url);
    }
    text_fini(&key);
}

/* --- the thread --- */

bool fetch_post(struct fetcher *f, void (*call)(struct fetcher *f, void *arg), void *arg)
{
    struct letter *l = mem_new(sizeof *l);

    *l = (struct letter){call, arg};
    if (!mailbox_post(f->inbox, l)) {
        mem_free(l);
        return false;
    }
    curl_multi_wakeup(f->multi);
    return true;
}

static void read_letters(struct fetcher *f)
{
    struct letter *l;

    while ((l = mailbox_take(f->inbox))) {
        l->call(f, l->arg);
        mem_free(l);
    }
}

static void read_ends(struct fetcher *f)
{
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(f->multi, &left))) {
        struct flight *x = NULL;
        CURLcode code = m->data.result;

        if (m->msg == CURLMSG_DONE &&
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x) == CURLE_OK && x)
            flight_done(x, code);
    }
}

static void *run(void *arg)
{
    struct fetcher *f = arg;
    int running, ready;

    while (!atomic_load(&f->stopping)) {
        read_letters(f);
        curl_multi_perform(f->multi, &running);
        read_ends(f);
        curl_multi_poll(f->multi, NULL, 0, BEAT_MS, &ready);
    }
    f->over = true;
    mailbox_close(f->inbox);
    read_letters(f);
    while (f->first)
        flight_end(f->first, &(struct fetch_got){.result = FETCH_BUSY, .max_age_s = -1});
    return NULL;
}

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void curl_begin(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT &
                     ~CURL_GLOBAL_SSL); /* no https here, and OpenSSL is set up by itself */
}

struct fetcher *fetcher_start(const struct fetch_config *config, struct err *e)
{
    struct fetcher *f = mem_new(sizeof *f);

    pthread_once(&curl_once, curl_begin);
    f->config = *config;
    f->inbox = mailbox_new(LETTERS_MOST);
    f->by_key = map_new();
    f->kept = keep_new();
    f->patience = patience_new();
    f->multi = curl_multi_init();
    if (!f->multi) {
        err_set(e, ERR_SYSTEM, "cannot set up the fetcher");
        goto bad;
    }
    curl_multi_setopt(f->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)FETCH_CONNECTIONS_MOST);
    if (!thread_start(&f->thread, "fetch", run, f, e))
        goto bad;
    f->started = true;
    return f;
bad:
    fetcher_free(f);
    return NULL;
}

void fetcher_stop(struct fetcher *f)
{
    if (!f || !f->started)
        return;
    atomic_store(&f->stopping, true);
    curl_multi_wakeup(f->multi);
    pthread_join(f->thread, NULL);
    f->started = false;
}

void fetcher_free(struct fetcher *f)
{
    if (!f)
        return;
    fetcher_stop(f);
    if (f->multi)
        curl_multi_cleanup(f->multi);
    mailbox_free(f->inbox, mem_free);
    map_free(f->by_key, NULL);
    keep_free(f->kept);
    patience_free(f->patience);
    mem_free(f);
}
