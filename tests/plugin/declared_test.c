#include "samples.h"

#include <stdlib.h>

/* Everything that a descriptor points at must lie in here; what does not is outside of the
 * object. */
static struct image {
    struct whytls_plugin plugin;
    struct whytls_setting settings[3];
    struct whytls_fact_kind facts[3];
    struct whytls_note_kind notes[3];
    struct whytls_hook hooks[4];
    struct whytls_sink sink;
    const char *needs[3];
    char name[16], word[16], dotted[32], text[64];
} image;

static void visit(const struct whytls_call *c)
{
    (void)c;
}

static size_t take(void *shared, const struct whytls_record *records, size_t n)
{
    (void)shared, (void)records;
    return n;
}

static void image_reset(void)
{
    image = (struct image){0};
    strcpy(image.name, "image");
    strcpy(image.word, "word");
    strcpy(image.dotted, "image.word");
    strcpy(image.text, "some text");
    image.plugin = (struct whytls_plugin){WHYTLS_HEAD, .name = image.name, .version = image.word,
        .about = image.text, .can = WHYTLS_CAN_ANNOTATE | WHYTLS_CAN_PROVIDE | WHYTLS_CAN_SINK,
        .settings = image.settings, .provides = image.facts, .needs = image.needs,
        .notes = image.notes, .hooks = image.hooks, .sink = &image.sink};
    image.settings[0] =
        (struct whytls_setting){.name = image.word, .kind = WHYTLS_SET_TEXT, .about = image.text};
    image.facts[0] =
        (struct whytls_fact_kind){.name = image.dotted, .kind = WHYTLS_TEXT, .label = image.text};
    image.notes[0] = (struct whytls_note_kind){.code = image.word, .text = image.text};
    image.hooks[0] = (struct whytls_hook){.moment = WHYTLS_AT_HELLO, .visit = visit};
    image.sink.take = take;
    image.needs[0] = image.dotted;
}

static bool image_read(struct declared *out, struct err *e)
{
    struct object o = {.symbol = &image, .n_segments = 1};

    o.segments[0].from = (uintptr_t)&image;
    o.segments[0].to = (uintptr_t)(&image + 1);
    return declared_read(&o, out, e);
}

static void a_right_one_is_copied(void **state)
{
    struct declared d;
    struct err e = {0};

    (void)state;
    image_reset();
    assert_true(image_read(&d, &e));
    assert_int_equal(d.n_settings, 1);
    assert_int_equal(d.n_facts, 1);
    assert_int_equal(d.n_notes, 1);
    assert_int_equal(d.n_hooks, 1);
    assert_int_equal(d.n_needs, 1);
    assert_string_equal(d.p.name, "image");
}

static void a_longer_one_is_read_as_far_as_we_know_it(void **state)
{
    struct declared d;
    struct err e = {0};

    (void)state;
    image_reset();
    image.plugin.size += 64;
    assert_true(image_read(&d, &e));
}

static void of_another_number_nothing_is_read(void **state)
{
    struct declared d;
    struct err e = {0};

    (void)state;
    image_reset();
    image.plugin.abi = 2;
    image.plugin.name = (const char *)16;
    assert_false(image_read(&d, &e));
    assert_non_null(strstr(e.text, "made for plugin ABI 2, and this whytls has 1"));
}

/* What is written over the right one. */
static void break_size(void)
{
    image.plugin.size = 8;
}
static void break_size_up(void)
{
    image.plugin.size = 1 << 30;
}
static void break_name(void)
{
    image.plugin.name = NULL;
}
static void break_name_wild(void)
{
    image.plugin.name = (const char *)16;
}
static void break_name_letters(void)
{
    strcpy(image.name, "Im age");
}
static void break_name_end(void)
{
    memset(image.text, 'x', sizeof image.text);
}
static void break_version(void)
{
    image.plugin.version = "outside";
}
static void break_settings(void)
{
    image.plugin.settings = (void *)4096;
}
static void break_settings_odd(void)
{
    image.plugin.settings = (void *)((char *)image.settings + 1);
}
static void break_setting_name(void)
{
    image.settings[0].name = image.text;
}
static void break_setting_on(void)
{
    strcpy(image.word, "on");
}
static void break_setting_kind(void)
{
    image.settings[0].kind = 77;
}
static void break_setting_twice(void)
{
    image.settings[1] = image.settings[0];
}
static void break_setting_about(void)
{
    image.settings[0].about = NULL;
}
static void break_fact_name(void)
{
    strcpy(image.dotted, "other.word");
}
static void break_fact_record(void)
{
    strcpy(image.dotted, "image");
}
static void break_fact_kind(void)
{
    image.facts[0].kind = WHYTLS_LIST;
}
static void break_fact_label(void)
{
    image.facts[0].label = (const char *)1;
}
static void break_need(void)
{
    image.needs[0] = (const char *)1;
}
static void break_note_severity(void)
{
    image.notes[0].severity = 4;
}
static void break_note_text(void)
{
    image.notes[0].text = NULL;
}
static void break_hook_moment(void)
{
    image.hooks[0].moment = 13;
}
static void break_hook_code(void)
{
    image.hooks[0].visit = (void (*)(const struct whytls_call *))(uintptr_t)&image;
}
static void break_hook_null(void)
{
    image.hooks[0].visit = NULL;
}
static void break_hook_twice(void)
{
    image.hooks[1] = image.hooks[0];
}
static void break_hook_body(void)
{
    image.hooks[0].moment = WHYTLS_AT_REQUEST_BODY;
}
static void break_sink(void)
{
    image.plugin.sink = NULL;
}
static void break_sink_power(void)
{
    image.plugin.can = 0;
}
static void break_sink_wild(void)
{
    image.plugin.sink = (void *)8192;
}
static void break_sink_code(void)
{
    image.sink.take = NULL;
}
static void break_load(void)
{
    image.plugin.load = (enum whytls_ready(*)(const struct whytls_host *, void **))(uintptr_t)64;
}

static void garbage_is_refused_with_the_reason(void **state)
{
    static const struct {
        void (*damage)(void);
        const char *says;
    } cases[] = {
        {break_size, "8 bytes"},
        {break_size_up, "is shorter"},
        {break_name, "its name is no text"},
        {break_name_wild, "its name is no text"},
        {break_name_letters, "cannot be called"},
        {break_name_end, "no text inside"},
        {break_version, "its version is no text"},
        {break_settings, "list of settings points outside"},
        {break_settings_odd, "list of settings points outside"},
        {break_setting_name, "a setting cannot be called"},
        {break_setting_on, "a setting cannot be called 'on'"},
        {break_setting_kind, "of kind 77"},
        {break_setting_twice, "declared twice"},
        {break_setting_about, "description"},
        {break_fact_name, "not of the form image.word"},
        {break_fact_record, "not of the form image.word"},
        {break_fact_kind, "which no fact has"},
        {break_fact_label, "label"},
        {break_need, "need"},
        {break_note_severity, "severity"},
        {break_note_text, "note's text"},
        {break_hook_moment, "needs a later whytls"},
        {break_hook_code, "its hook is no function"},
        {break_hook_null, "its hook is no function"},
        {break_hook_twice, "two hooks at 'hello'"},
        {break_hook_body, "WHYTLS_CAN_READ"},
        {break_sink, "and no sink"},
        {break_sink_power, "without WHYTLS_CAN_SINK"},
        {break_sink_wild, "sink points outside"},
        {break_sink_code, "its take is no function"},
        {break_load, "its load is no function"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct declared d;
        struct err e = {0};

        image_reset();
        cases[i].damage();
        assert_false(image_read(&d, &e));
        if (!strstr(e.text, cases[i].says))
            fail_msg("case %zu: \"%s\" does not say \"%s\"", i, e.text, cases[i].says);
    }
}

/* Every byte of the descriptor turned over, one after the other: refused or read, never followed
 * into nowhere. */
static void no_damage_of_one_byte_is_followed(void **state)
{
    (void)state;
    for (size_t i = 0; i < offsetof(struct image, name); i++) {
        struct declared d;
        struct err e = {0};

        image_reset();
        ((unsigned char *)&image)[i] ^= 0xff;
        if (!image_read(&d, &e))
            assert_true(e.text[0]);
    }
}

static void moments_have_their_numbers_for_ever(void **state)
{
    (void)state;
    assert_int_equal(moment_of(WHYTLS_AT_HELLO), MOMENT_HELLO);
    assert_int_equal(moment_of(WHYTLS_AT_FINISH), MOMENT_FINISH);
    assert_int_equal(moment_of(0), MOMENT_NONE);
    assert_int_equal(moment_of(13), MOMENT_NONE);
    for (enum moment m = MOMENT_NONE + 1; m < N_MOMENTS; m++)
        assert_int_equal(moment_of(number_of(m)), m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_one_is_copied),
        cmocka_unit_test(a_longer_one_is_read_as_far_as_we_know_it),
        cmocka_unit_test(of_another_number_nothing_is_read),
        cmocka_unit_test(garbage_is_refused_with_the_reason),
        cmocka_unit_test(no_damage_of_one_byte_is_followed),
        cmocka_unit_test(moments_have_their_numbers_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
