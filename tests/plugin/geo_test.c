/* plugins/geo, with databases that mmdb.py made; the second opinion is mmdblookup's. */
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>

#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "hook/hook.h"

enum { ADDRESSES = 1000, OUTPUT_CAP = 512 };

/* The plugin with two files, either of which may be NULL. */
struct world {
    struct plugins *all;
    struct hooks *hooks;
    struct flow *flow;
};

static struct world world_of(const char *country, const char *asn)
{
    const struct plugin_given given[] = {
        {.plugin = "geo", .name = "country", .kind = GIVEN_TEXT, .text = country, .where = "test"},
        {.plugin = "geo", .name = "asn", .kind = GIVEN_TEXT, .text = asn, .where = "test"},
    };
    struct world w = {0};
    struct err e = {0};

    if (!sample_try(SHIPPED "/geo.so", given, 2, &w.all, &e))
        fail_msg("%s", e.text);
    w.hooks = hooks_new();
    plugins_attach(w.all, 0, w.hooks);
    return w;
}

static void world_end(struct world *w)
{
    hooks_free(w->hooks);
    flow_free(w->flow);
    plugins_free(w->all);
}

/* The facts of one address. */
static void look_up(struct world *w, const char *address)
{
    flow_free(w->flow);
    w->flow = flow_new("x", 0);
    w->flow->server_leg = FLOW_MAKE(w->flow, server_leg);
    w->flow->server_leg->address = flow_text(w->flow, address);
    hook_fire(w->hooks, MOMENT_JUDGED, w->flow, NULL);
}

static const char *text_of(const struct world *w, const char *fact)
{
    const struct flow_fact *f = flow_fact_get(w->flow, fact);

    return f ? f->text : NULL;
}

static void all_three_shapes_are_understood(void **state)
{
    static const struct {
        const char *country, *asn;
    } cases[] = {
        {FIXTURES "/nested.mmdb", FIXTURES "/asn.mmdb"},
        {FIXTURES "/flat.mmdb", FIXTURES "/asn.mmdb"},
        {FIXTURES "/asn.mmdb", FIXTURES "/nested.mmdb"}, /* it does not matter which is where */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w = world_of(cases[i].country, cases[i].asn);

        look_up(&w, "203.0.113.77");
        assert_string_equal(text_of(&w, "geo.country"), "DE");
        assert_int_equal(flow_fact_get(w.flow, "geo.asn")->integer, 64496);
        assert_string_equal(text_of(&w, "geo.org"), "Network 0 Ltd");
        look_up(&w, "2001:db8::1");
        assert_string_equal(text_of(&w, "geo.country"), "US");
        look_up(&w, "198.51.100.200"); /* beyond the /25 */
        assert_null(w.flow->facts);
        world_end(&w);
    }
}

/* CC BY 4.0: whoever shows the country shows this fact with it. */
static void files_of_dbip_are_credited(void **state)
{
    struct world w = world_of(FIXTURES "/dbip-country-made-up.mmdb", FIXTURES "/asn.mmdb");

    (void)state;
    look_up(&w, "203.0.113.77");
    assert_string_equal(text_of(&w, "geo.credit"), "IP Geolocation by DB-IP");
    world_end(&w);
    w = world_of(FIXTURES "/nested.mmdb", FIXTURES "/asn.mmdb");
    look_up(&w, "203.0.113.77");
    assert_null(text_of(&w, "geo.credit"));
    world_end(&w);
}

static void what_is_no_address_has_no_place(void **state)
{
    static const char *const odd[] = {"", "shop.example", "1.2.3", "203.0.113.77:443", "::1%eth0",
        "255.255.255.255.255.255.255.255.255.255.255.255.255.255.255.255.255.255.255.255"};
    struct world w = world_of(FIXTURES "/nested.mmdb", FIXTURES "/asn.mmdb");

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        look_up(&w, odd[i]);
        assert_null(w.flow->facts);
        assert_int_equal(w.flow->n_notes, 0);
    }
    world_end(&w);
}

static void without_a_usable_file_it_is_idle_and_says_why(void **state)
{
    static const struct {
        const char *path, *says;
    } cases[] = {
        {FIXTURES "/none.mmdb", "none.mmdb: Error opening"},
        {WHYTLS_SOURCE_DIR "/CMakeLists.txt", "invalid metadata"},
        {FIXTURES "/other.mmdb", "it is a Made-Up-other, which tells neither"},
        {FIXTURES "/cut.mmdb", "cut.mmdb: "},
    };
    struct plugin_fact fact;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w = world_of(cases[i].path, cases[i].path);

        assert_true(plugins_fact(w.all, 0, 0, &fact));
        if (!fact.idle || !strstr(fact.idle, cases[i].says))
            fail_msg(
                "\"%s\" does not say \"%s\"", fact.idle ? fact.idle : "nothing", cases[i].says);
        world_end(&w);
    }
}

/* mmdblookup prints the value as `  "DE" <utf8_string>`. NULL: it has none. */
static char *second_opinion(const char *file, const char *address, const char *path)
{
    char output[OUTPUT_CAP] = "", *from, *to;
    struct text command = {0};

    text_printf(&command, "mmdblookup --file %s --ip %s %s 2>/dev/null", file, address, path);
    FILE *said = popen(text_str(&command), "r");

    text_fini(&command);
    assert_non_null(said);
    size_t n = fread(output, 1, sizeof output - 1, said);

    output[n] = '\0';
    pclose(said);
    from = strchr(output, '"');
    if (from && (to = strchr(from + 1, '"'))) {
        *to = '\0';
        return mem_text(from + 1);
    }
    from = output + strspn(output, " \n");
    from[strcspn(from, " \n")] = '\0';
    return *from ? mem_text(from) : NULL;
}

static void expect_same(const char *address, const char *ours, char *theirs)
{
    if ((ours || theirs) && (!ours || !theirs || strcmp(ours, theirs)))
        fail_msg("%s: %s, and mmdblookup says %s", address, ours ? ours : "nothing",
            theirs ? theirs : "nothing");
    mem_free(theirs);
}

/* Three in four are IPv4; chosen so that about half of them are in some network. */
static void address_choose(uint64_t *seed, size_t i, char out[static 64])
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    uint32_t dice = (uint32_t)(*seed >> 32);

    if (i % 4)
        snprintf(out, 64, "%u.%u.%u.%u", dice >> 24, dice >> 16 & 255, dice >> 8 & 255, dice & 255);
    else
        snprintf(out, 64, "2%03x:%x::%x", dice >> 20 & 0xfff, dice >> 8 & 0xffff, dice & 255);
}

static void a_thousand_addresses_are_where_mmdblookup_finds_them(void **state)
{
    struct world w = world_of(FIXTURES "/nested.mmdb", FIXTURES "/asn.mmdb");
    uint64_t seed = 7;
    unsigned found = 0;

    (void)state;
    if (system("command -v mmdblookup >/dev/null 2>&1"))
        skip();
    for (size_t i = 0; i < ADDRESSES; i++) {
        char address[64], number[24] = "";

        address_choose(&seed, i, address);
        look_up(&w, address);
        const struct flow_fact *asn = flow_fact_get(w.flow, "geo.asn");

        if (asn)
            snprintf(number, sizeof number, "%lld", (long long)asn->integer);
        found += w.flow->facts != NULL;
        if (i % 2)
            expect_same(address, text_of(&w, "geo.country"),
                second_opinion(FIXTURES "/nested.mmdb", address, "country iso_code"));
        else
            expect_same(address, asn ? number : NULL,
                second_opinion(FIXTURES "/asn.mmdb", address, "autonomous_system_number"));
    }
    assert_true(found > ADDRESSES / 10);
    world_end(&w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_three_shapes_are_understood),
        cmocka_unit_test(files_of_dbip_are_credited),
        cmocka_unit_test(what_is_no_address_has_no_place),
        cmocka_unit_test(without_a_usable_file_it_is_idle_and_says_why),
        cmocka_unit_test(a_thousand_addresses_are_where_mmdblookup_finds_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
