/* hello - the smallest plugin: notes the name that a device asked for. Copy it. */
#include <whytls/plugin.h>

enum { NOTE_HELLO };

static void on_hello(const struct whytls_call *c)
{
    c->host->note(c, NOTE_HELLO, NULL, 0);
}

static const struct whytls_note_kind notes[] = {
    [NOTE_HELLO] = {"hello", WHYTLS_INFO, "Somebody asks for {target.host}."},
    {0},
};
static const struct whytls_hook hooks[] = {{WHYTLS_AT_HELLO, NULL, on_hello}, {0}};

const struct whytls_plugin whytls_plugin = {
    WHYTLS_HEAD,
    .name = "hello",
    .version = "1.0",
    .about = "Notes every name that is asked for.",
    .can = WHYTLS_CAN_ANNOTATE,
    .notes = notes,
    .hooks = hooks,
};
