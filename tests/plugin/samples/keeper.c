/* keeper - a sink that keeps count, may be told to refuse, and never keeps more than it says. */
#include <stdatomic.h>
#include <stdlib.h>
#include <whytls/plugin.h>

/* For the test alone: a plugin keeps no globals. */
extern WHYTLS_EXPORT atomic_uint keeper_taken, keeper_flushed, keeper_bytes;
extern WHYTLS_EXPORT atomic_bool keeper_refuses;
atomic_uint keeper_taken, keeper_flushed, keeper_bytes;
atomic_bool keeper_refuses;

static size_t take(void *shared, const struct whytls_record *records, size_t n)
{
    size_t some = n > 3 ? 3 : n;

    (void)shared;
    if (atomic_load(&keeper_refuses))
        return 0;
    for (size_t i = 0; i < some; i++)
        atomic_fetch_add(&keeper_bytes, (unsigned)whytls_record_at(records, i)->json.len);
    atomic_fetch_add(&keeper_taken, (unsigned)some);
    return some;
}

static void flush(void *shared)
{
    (void)shared;
    atomic_fetch_add(&keeper_flushed, 1);
}

static const struct whytls_sink sink = {take, flush};

const struct whytls_plugin whytls_plugin = {
    WHYTLS_HEAD,
    .name = "keeper",
    .version = "1.0",
    .about = "Counts what it takes.",
    .can = WHYTLS_CAN_SINK,
    .sink = &sink,
};
