/* app/checkup.h - is everything there that whytls needs, and is it fresh? One finding a thing, with
 * the mend.
 *
 * Reads files, tries a port, mints one certificate; changes nothing and fetches nothing. */
#ifndef WHYTLS_APP_CHECKUP_H
#define WHYTLS_APP_CHECKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "trust/table.h"

struct json_out;
struct term;
struct text;

enum finding_state { FINDING_FINE = 0, FINDING_WARNING, FINDING_FAULT };
enum finding_of { FINDING_OF_COMPUTER = 0, FINDING_OF_ROOT, FINDING_OF_LISTS, N_FINDING_OF };

/* Texts are owned. */
struct checkup_finding {
    enum finding_state state;
    enum finding_of of;
    const char *about; /* static: "Clock", "CT logs" */
    char *text;        /* what is so */
    char *mend;        /* what to do; NULL when nothing */
    bool has_table;
    struct table_facts table; /* of a table, owned; its age */
    int64_t days;
};

enum { CHECKUP_MOST = 32 };

struct checkup {
    struct checkup_finding at[CHECKUP_MOST];
    size_t n;
};

/* What is looked at. Borrowed. */
struct checkup_ask {
    const char *data_dir, *config_dir; /* the second may be NULL: there is no home */
    int64_t now_s;
    uint16_t port; /* that the proxy will want; 0: not tried */
};

void checkup_run(struct checkup *c, const struct checkup_ask *ask);
void checkup_fini(struct checkup *c);
enum finding_state checkup_worst(const struct checkup *c);
const char *finding_state_name(enum finding_state s); /* "fine", "warning", "fault" */
const char *finding_of_name(enum finding_of o);       /* "computer", "root", "lists" */
void checkup_write(const struct term *t, const struct checkup *c, struct text *out);
void checkup_write_json(const struct checkup *c, struct json_out *out);

/* For those who look (checkup_tables.c): puts a finding down. `mend` may be NULL. */
struct checkup_finding *checkup_find(struct checkup *c, enum finding_of of,
    enum finding_state state, const char *about, const char *mend, const char *format, ...)
    PRINTF_LIKE(6, 7);
/* The tables with their ages, and who has how many roots; gives the date of the newest table. */
int64_t checkup_tables(struct checkup *c, const struct checkup_ask *ask);

#endif
