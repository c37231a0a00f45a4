/* bench/flow_store.c - the store of flows at its full size: flow_store_bench FOLDER [FLOWS].
 *
 * Fills FOLDER/flows.db with FLOWS invented connections (a million), unless it is there, then asks
 * each question of the web pages and of `whytls flows`, and prints the 95th percentile of the
 * processor time of its list (200 rows) and of its count, both with the budget of the web pages;
 * "+": that was not enough for the whole answer. It ends with 1 when a list took over LATE_MS. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/flow.h"
#include "flow_flood.h"
#include "store/database.h"
#include "store/filter.h"
#include "store/flow_keeper.h"
#include "store/flow_look.h"
#include "store/flow_rows.h"
#include "store/schema.h"

enum { FLOWS = 1000000, TURNS = 40, LATE_MS = 100, BUDGET_MS = 50, PAGE = 200, TOLD = 100000 };

static int64_t cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct database *opened(const char *folder)
{
    char *path = database_path(folder, &schema_traffic);
    struct err e = {0};
    struct database *db = database_open(
        path, &schema_traffic, DATABASE_OWN, clock_wall_ms(clock_system()) / 1000, &e);

    mem_free(path);
    if (!db) {
        fprintf(stderr, "flow_store_bench: %s\n", e.text);
        exit(2);
    }
    return db;
}

static void must(bool fine, const struct err *e)
{
    if (fine)
        return;
    fprintf(stderr, "flow_store_bench: %s\n", e->text);
    exit(2);
}

/* --- filling --- */

static void fill(struct database *db, size_t n)
{
    struct flood *flood = flood_new(n, clock_wall_ms(clock_system()));
    struct err e = {0};
    struct flow_rows *rows = flow_rows_new(db, &e);
    int64_t spent = 0, most = 0;

    must(rows != NULL, &e);
    for (size_t done = 0; done < n; done += FLOW_KEEPER_BATCH) {
        struct flow *batch[FLOW_KEEPER_BATCH];
        size_t len = n - done < FLOW_KEEPER_BATCH ? n - done : FLOW_KEEPER_BATCH;

        for (size_t i = 0; i < len; i++)
            batch[i] = flood_next(flood);
        int64_t began = cpu_us(), took;
        must(database_begin(db, &e), &e);
        for (size_t i = 0; i < len; i++)
            must(flow_rows_add(rows, batch[i], &e), &e);
        must(database_commit(db, &e), &e);
        took = cpu_us() - began;
        spent += took;
        most = took > most ? took : most;
        for (size_t i = 0; i < len; i++)
            flow_free(batch[i]);
        if ((done + len) % TOLD == 0 || done + len == n)
            printf("%8zu flows: %.1f us of a processor a flow so far, longest batch %.1f ms\n",
                done + len, (double)spent / (double)(done + len), (double)most / 1000);
        fflush(stdout);
    }
    flow_rows_free(rows);
    flood_free(flood);
}

/* --- asking --- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static bool count_row(void *arg, const struct flow_row *row)
{
    (void)row;
    ++*(size_t *)arg;
    return true;
}

struct answer {
    int64_t list_us[TURNS], count_us[TURNS];
    size_t n_rows;
    int64_t n_found;
    bool complete, exact;
};

static void ask(struct flow_look *look, const char *text, struct answer *out)
{
    struct filter_fault fault;
    struct flow_list_end end;
    struct err e = {0};

    *out = (struct answer){0};
    for (int i = 0; i < TURNS; i++) {
        int64_t began = cpu_us();
        struct filter *filter = filter_parse(text, clock_wall_ms(clock_system()), &fault);

        if (!filter) {
            fprintf(stderr, "flow_store_bench: %s: %s\n", text, fault.text);
            exit(2);
        }
        out->n_rows = 0;
        must(flow_look_list(look,
                 &(struct flow_list_ask){.filter = filter, .most = PAGE, .budget_ms = BUDGET_MS},
                 count_row, &out->n_rows, &end, &e),
            &e);
        out->complete = end.complete || out->n_rows == PAGE;
        out->list_us[i] = cpu_us() - began;
        began = cpu_us();
        must(flow_look_count(look, filter, BUDGET_MS, &out->n_found, &out->exact, &e), &e);
        out->count_us[i] = cpu_us() - began;
        filter_free(filter);
    }
    qsort(out->list_us, TURNS, sizeof *out->list_us, by_size);
    qsort(out->count_us, TURNS, sizeof *out->count_us, by_size);
}

static bool tell(struct flow_look *look, const char *text)
{
    struct answer a;
    const int at = TURNS * 95 / 100;

    ask(look, text, &a);
    printf("%-34s list %7.1f ms %5zu rows%s   count %7.1f ms %8lld%s\n", *text ? text : "(all)",
        (double)a.list_us[at] / 1000, a.n_rows, a.complete ? " " : "+",
        (double)a.count_us[at] / 1000, (long long)a.n_found, a.exact ? "" : "+");
    fflush(stdout);
    return a.list_us[at] <= LATE_MS * 1000;
}

/* Each atom, where much is found and where little is. */
static const char *const questions[] = {"", "~d example", "~d basket-0.example",
    "~d api.feed-4021.example", "~d nobody.example", "~u v1/basket", "~u 7654321", "~u 'v1/x y'",
    "~m POST", "~m PUT", "~c 404", "~c 4xx", "~c 500", "~t json", "~cause expired",
    "~cause idn-spoof", "~cause 'certificate has expired'", "~sure certain", "~sure likely",
    "~sure possible", "~fail", "~warn", "~ok", "~expected", "~unread", "~mirror", "~dev d-00000000",
    "~dev 192.168.1.37", "~app basket0", "~app e", "~leg server", "~leg client", "~alert 46",
    "~alert 42", "~v tls1.2", "~v 1.3", "~ja4 t13d", "~ja4 000000000006", "~issuer 'Trust E3'",
    "~subject feed-4021", "~sha 9e3779b9", "~ends 14d", "~store both", "~store apple",
    "~check Temporal", "~class Expired", "~note floor", "~sev medium", "~since 1h", "~since 20d",
    "~at 09:30-09:45", "~ms >400", "~ms >460", "~ip 203.0.7", "~ip 192.168.0.1", "~asn 64500",
    "~geo DE", "~id 01AAAAAAAAAAAAAAAAAAAAAAAA", "~entry connect", "basket", "feed-4021",
    "nowhere-to-be-found", "ba", "~fail & !~leg client", "~d basket-0.example & ~fail",
    "~app basket0 & ~geo DE & ~c 404", "~ok & ~note floor", "!~ok & !~fail & !~unread & !~warn",
    "~fail | ~c 404", "(~d example | ~u item) & ~sure possible"};

static bool tell_all(struct flow_look *look)
{
    bool fine = true;

    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        fine = tell(look, questions[i]) && fine;
    return fine;
}

static void tell_size(const char *folder, struct flow_look *look)
{
    char *path = database_path(folder, &schema_traffic);
    int64_t n = 0;
    struct stat at;
    bool exact;

    if (stat(path, &at) == 0 && flow_look_count(look, NULL, 0, &n, &exact, NULL) && n)
        printf("%lld flows in %.1f MiB: %.0f bytes a flow\n", (long long)n,
            (double)at.st_size / 1048576, (double)at.st_size / (double)n);
    mem_free(path);
}

int main(int argc, char **argv)
{
    size_t n = argc > 2 ? (size_t)strtoull(argv[2], NULL, 10) : FLOWS;
    struct err e = {0};

    if (argc < 2 || !n) {
        fprintf(stderr, "usage: flow_store_bench FOLDER [FLOWS]\n");
        return 2;
    }
    char *path = database_path(argv[1], &schema_traffic);
    bool is_there = file_exists(path);
    must(is_there || file_mkdirs(argv[1], 0700, &e), &e);
    mem_free(path);
    struct database *db = opened(argv[1]);
    if (!is_there)
        fill(db, n);
    struct flow_look *look = flow_look_new(db);
    tell_size(argv[1], look);
    bool fine = tell_all(look);
    flow_look_free(look);
    printf(fine ? "every list in time\n" : "some lists were late\n");
    return fine ? 0 : 1;
}
