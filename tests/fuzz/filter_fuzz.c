/* Any text is a filter or points at its fault; a filter finds something or nothing in a store, and
 * the list and the count agree. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <unistd.h>

#include "../flow/sample_flow.h"
#include "base/text.h"
#include "flow/flow.h"
#include "store/database.h"
#include "store/filter.h"
#include "store/flow_look.h"
#include "store/flow_rows.h"
#include "store/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
    if (!fine)
        abort();
}

/* One failing flow, in a file that is gone once it is open. */
static struct flow_look *store_make(void)
{
    char folder[] = "/tmp/whytls-fuzz-XXXXXX", path[64];
    struct flow *f = sample_expired();

    must(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/flows.db", folder);
    struct database *db = database_open(path, &schema_traffic, DATABASE_OWN, SAMPLE_NOW, NULL);
    struct flow_rows *rows = db ? flow_rows_new(db, NULL) : NULL;
    must(rows && database_begin(db, NULL) && flow_rows_add(rows, f, NULL) &&
         database_commit(db, NULL));
    flow_rows_free(rows);
    flow_free(f);
    return flow_look_new(db);
}

static bool count_row(void *arg, const struct flow_row *row)
{
    must(row->id && *row->id);
    ++*(int64_t *)arg;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct flow_look *look;
    struct filter_fault fault;
    struct flow_list_end end;
    struct text text = {0};
    int64_t listed = 0, counted;
    bool exact;

    if (!look)
        look = store_make();
    text_add_n(&text, (const char *)data, size);
    struct filter *f = filter_parse(text_str(&text), SAMPLE_NOW * 1000LL, &fault);
    must(f ? !fault.column : fault.column > 0 && *fault.text);
    if (f) {
        must(flow_look_list(
            look, &(struct flow_list_ask){.filter = f}, count_row, &listed, &end, NULL));
        must(flow_look_count(look, f, 0, &counted, &exact, NULL));
        must(exact && counted == listed);
    }
    filter_free(f);
    text_fini(&text);
    return 0;
}
