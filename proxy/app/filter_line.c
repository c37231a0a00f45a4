#include "filter_line.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/filter.h"

void filter_line_join(int n, char **words, struct text *out)
{
    for (int i = 0; i < n; i++)
        text_printf(out, "%s%s", i ? " " : "", words[i]);
}

/* "whytls: filter, column 12: …", and the filter with a mark under the place. */
static void tell(const char *filter, const struct filter_fault *fault)
{
    struct text safe = {0};

    text_add_safe(&safe, filter, strlen(filter), FILTER_BYTES_MOST);
    fprintf(stderr, "whytls: filter, column %zu: %s\n", fault->column, fault->text);
    if (safe.len == strlen(filter))
        fprintf(stderr, "  %s\n  %*s^\n", text_str(&safe), (int)fault->column - 1, "");
    text_fini(&safe);
}

struct filter *filter_line_read(const char *text)
{
    struct filter_fault fault;
    struct filter *filter = filter_parse(text, clock_wall_ms(clock_system()), &fault);

    if (!filter)
        tell(text, &fault);
    return filter;
}
