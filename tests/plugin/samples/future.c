/* future - built with a later header of this number: its descriptor is longer, and it asks for a
 * verb that this host does not have yet. It must load. */
#include <whytls/plugin.h>

struct later_host {
    struct whytls_host now;
    bool (*a_later_verb)(const struct whytls_call *);
};

enum { NOTE_OLD, NOTE_NEW };

static void on_hello(const struct whytls_call *c)
{
    const struct later_host *host = (const struct later_host *)(const void *)c->host;
    bool has_it = c->host->size >= sizeof(struct later_host); /* what WHYTLS_HAS does */

    c->host->note(c, has_it && host->a_later_verb ? NOTE_NEW : NOTE_OLD, NULL, 0);
}

static const struct whytls_note_kind notes[] = {
    [NOTE_OLD] = {"old-host", WHYTLS_INFO, "does without"},
    [NOTE_NEW] = {"new-host", WHYTLS_INFO, "uses it"},
    {0},
};
static const struct whytls_hook hooks[] = {{WHYTLS_AT_HELLO, NULL, on_hello}, {0}};

/* The later struct under the same symbol. */
struct longer {
    struct whytls_plugin now;
    void (*a_later_member)(void);
};
extern WHYTLS_EXPORT const struct longer longer __asm__("whytls_plugin");
const struct longer longer = {
    .now =
        {
            .abi = WHYTLS_ABI,
            .size = (uint32_t)sizeof(struct longer),
            .name = "future",
            .version = "9.0",
            .about = "Built with a later header.",
            .can = WHYTLS_CAN_ANNOTATE,
            .notes = notes,
            .hooks = hooks,
        },
};
