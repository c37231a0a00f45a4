#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <plist/plist.h>

#include "base/mem.h"
#include "base/text.h"

#include "plist_bound_priv.h"

enum { OBJECTS_MOST = 70000, REF_SIZE = 4, OFFSET_SIZE = 4 };

/* A binary list, object by object. */
struct list {
    struct text bytes;
    uint32_t *offsets; /* owned */
    uint32_t n;
};

static void number_add(struct text *t, uint64_t value, int bytes)
{
    while (bytes--)
        text_add_char(t, (char)(value >> (8 * bytes) & 0xff));
}

static struct list list_new(void)
{
    struct list l = {.offsets = mem_array(OBJECTS_MOST, sizeof(*l.offsets))};

    text_add(&l.bytes, "bplist00");
    return l;
}

static uint32_t object_add(struct list *l, const char *bytes, size_t len)
{
    assert_true(l->n < OBJECTS_MOST);
    l->offsets[l->n] = (uint32_t)l->bytes.len;
    text_add_n(&l->bytes, bytes, len);
    return l->n++;
}

/* An array of these, a reference each. */
static uint32_t array_add(struct list *l, const uint32_t *members, uint32_t n)
{
    uint32_t index = object_add(l, n < 15 ? "" : "\xaf\x12", n < 15 ? 0 : 2);

    if (n < 15)
        text_add_char(&l->bytes, (char)(0xa0 | n));
    else
        number_add(&l->bytes, n, 4);
    for (uint32_t i = 0; i < n; i++)
        number_add(&l->bytes, members[i], REF_SIZE);
    return index;
}

/* The whole, as a copy of its own length; frees the list. */
static struct cert_span list_end(struct list *l, uint64_t top)
{
    uint64_t table = l->bytes.len;

    for (uint32_t i = 0; i < l->n; i++)
        number_add(&l->bytes, l->offsets[i], OFFSET_SIZE);
    number_add(&l->bytes, 0, 6);
    number_add(&l->bytes, OFFSET_SIZE, 1);
    number_add(&l->bytes, REF_SIZE, 1);
    number_add(&l->bytes, l->n, 8);
    number_add(&l->bytes, top, 8);
    number_add(&l->bytes, table, 8);
    struct cert_span out = {mem_dup(l->bytes.at, l->bytes.len), l->bytes.len};

    text_fini(&l->bytes);
    mem_free(l->offsets);
    return out;
}

/* Takes the bytes. `detail` "": it is bounded. */
static void assert_bound(const char *name, struct cert_span bytes, const char *detail)
{
    struct err e = {0};
    bool good = plist_is_bounded(bytes, &e);

    if (good != !*detail || !strstr(e.text, detail))
        fail_msg("%s: %d: %s", name, good, e.text);
    if (good) {
        plist_t list = NULL;

        plist_from_bin((const char *)bytes.at, (uint32_t)bytes.len, &list);
        plist_free(list);
    }
    mem_free((void *)(uintptr_t)bytes.at);
}

/* A chain of arrays that ends in `last`. */
static uint32_t chain_add(struct list *l, uint32_t last, int deep)
{
    while (deep--)
        last = array_add(l, &last, 1);
    return last;
}

static void depth_is_bounded(void **state)
{
    static const struct {
        int deep;
        const char *detail;
    } rows[] = {{1, ""}, {PLIST_DEEP_MOST, ""}, {PLIST_DEEP_MOST + 1, "deeper"}, {60000, "deeper"}};

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct list l = list_new();
        uint32_t top = chain_add(&l, object_add(&l, "\x09", 1), rows[n].deep);

        assert_bound("a chain", list_end(&l, top), rows[n].detail);
    }
}

/* A part that was counted where it lies shallow is hung below a deep one. */
static void depth_is_bounded_where_parts_are_shared(void **state)
{
    enum { CHAINS = 40, LINKS = 60 };
    struct list l = list_new();
    uint32_t tops[CHAINS], last = object_add(&l, "\x09", 1);

    (void)state;
    for (int n = 0; n < CHAINS; n++)
        tops[n] = last = chain_add(&l, last, LINKS);
    uint32_t top = array_add(&l, tops, CHAINS);

    assert_bound("chains of chains", list_end(&l, top), "deeper");
}

static void what_shared_parts_unfold_to_is_bounded(void **state)
{
    (void)state;
    for (int levels = 1; levels <= 40; levels += 3) {
        struct list l = list_new();
        uint32_t last = object_add(&l, "\x54word", 5);

        for (int n = 0; n < levels; n++) {
            uint32_t both[] = {last, last};

            last = array_add(&l, both, 2);
        }
        assert_bound("doubling", list_end(&l, last), levels < 17 ? "" : "unfolds");
    }
}

static void references_are_bounded_though_parts_overlap(void **state)
{
    enum { MEMBERS = 1000, ARRAYS = 70 };
    struct list l = list_new();
    uint32_t *same = mem_array(MEMBERS, sizeof(*same)), arrays[ARRAYS];

    (void)state;
    same[0] = object_add(&l, "\x09", 1);
    for (uint32_t n = 0; n < ARRAYS; n++)
        arrays[n] = array_add(&l, same, MEMBERS);
    uint32_t top = array_add(&l, arrays, ARRAYS);

    assert_bound("many references", list_end(&l, top), "too many parts");
    mem_free(same);
}

static void one_that_contains_itself_is_refused(void **state)
{
    struct list l = list_new();
    uint32_t self = 0, other[] = {1}, first[] = {0};

    (void)state;
    array_add(&l, &self, 1);
    assert_bound("itself", list_end(&l, 0), "contains itself");
    l = list_new();
    array_add(&l, other, 1);
    array_add(&l, first, 1);
    assert_bound("by way of another", list_end(&l, 0), "contains itself");
}

static void what_points_outside_is_refused(void **state)
{
    static const struct {
        const char *name, *object;
        size_t len;
    } rows[] = {
        {"data longer than the file", "\x4f\x12\x7f\xff\xff\xff", 6},
        {"data of 2^64 - 1 bytes", "\x4f\x13\xff\xff\xff\xff\xff\xff\xff\xff", 10},
        {"text one too long", "\x52x", 2},
        {"wide text one too long", "\x6fx", 2},
        {"an array without its references", "\xaf\x11\xff\xff", 4},
        {"an array of 2^63 + 1", "\xaf\x13\x80\x00\x00\x00\x00\x00\x00\x01", 10},
        {"a dictionary of 2^63", "\xdf\x13\x80\x00\x00\x00\x00\x00\x00\x00", 10},
        {"a count that is no number", "\x4f\x22\x00", 3},
        {"a count of 16 bytes", "\x4f\x14\x00", 3},
        {"a count cut short", "\x4f\x13\x00", 3},
        {"an array of what is not there", "\xa1\x00\x00\x00\x09", 5},
        {"a set of what is not there", "\xc1\xff\xff\xff\xff", 5},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct list l = list_new();

        object_add(&l, rows[n].object, rows[n].len);
        assert_bound(rows[n].name, list_end(&l, 0), "out of its bounds");
    }
}

static void a_trailer_that_lies_is_refused(void **state)
{
    enum { OFFSET_SIZE_AT = 6, REF_SIZE_AT = 7, N_AT = 8, TOP_AT = 16, TABLE_AT = 24 };
    static const struct {
        const char *name;
        size_t at;
        uint8_t byte;
    } rows[] = {
        {"offsets of no byte", OFFSET_SIZE_AT, 0},
        {"offsets of 9 bytes", OFFSET_SIZE_AT, 9},
        {"references of no byte", REF_SIZE_AT, 0},
        {"references of 255 bytes", REF_SIZE_AT, 255},
        {"objects without end", N_AT, 0xff},
        {"no objects", N_AT + 7, 0},
        {"more objects than there are", N_AT + 7, 200},
        {"a top that is not there", TOP_AT, 0x80},
        {"a table far away", TABLE_AT, 0xff},
        {"a table in the magic", TABLE_AT + 7, 3},
        {"a table behind the end", TABLE_AT + 6, 1},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct list l = list_new();

        object_add(&l, "\x09", 1);
        struct cert_span bytes = list_end(&l, 0);

        ((uint8_t *)(uintptr_t)bytes.at)[bytes.len - 32 + rows[n].at] = rows[n].byte;
        assert_bound(rows[n].name, bytes, "binary property list");
    }
}

static void a_good_one_is_let_through_and_cut_short_it_is_not(void **state)
{
    plist_t dict = plist_new_dict(), list = plist_new_array();
    char *bytes = NULL;
    uint32_t len = 0;
    struct err e = {0};

    (void)state;
    plist_dict_set_item(dict, "list", list);
    plist_array_append_item(list, plist_new_data("data", 4));
    plist_array_append_item(list, plist_new_string("h\xc3\xa9"));
    plist_array_append_item(list, plist_new_uint(1));
    plist_array_append_item(list, plist_new_date(1, 0));
    plist_to_bin(dict, &bytes, &len);
    plist_free(dict);
    assert_true(plist_looks_binary((struct cert_span){(uint8_t *)bytes, len}));
    for (uint32_t n = 1; n <= len; n++) {
        uint8_t *cut = mem_dup(bytes, n);

        if (n == len)
            assert_true(plist_is_bounded((struct cert_span){cut, n}, &e));
        else if (plist_looks_binary((struct cert_span){cut, n}))
            assert_false(plist_is_bounded((struct cert_span){cut, n}, &e));
        mem_free(cut);
    }
    free(bytes);
}

static struct text repeated(const char *what, int n)
{
    struct text t = {0};

    text_add(&t, "<?xml version=\"1.0\"?><plist>");
    while (n--)
        text_add(&t, what);
    return t;
}

static void xml_is_bounded_by_what_it_opens(void **state)
{
    static const struct {
        const char *what;
        int n;
        bool good;
    } rows[] = {
        {"<dict>", PLIST_CONTAINERS_MOST, true},
        {"<dict>", PLIST_CONTAINERS_MOST + 1, false},
        {"<array>", PLIST_CONTAINERS_MOST + 1, false},
        {"<array\n>", PLIST_CONTAINERS_MOST + 1, false},
        {"<!-- --><array/>", PLIST_CONTAINERS_MOST + 1, false},
        {"<dict><array>", PLIST_CONTAINERS_MOST / 2 + 1, false},
        {"<string>x</string>", PLIST_CONTAINERS_MOST + 1, true},
    };

    (void)state;
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        struct text t = repeated(rows[n].what, rows[n].n);
        struct err e = {0};
        plist_t list = NULL;

        if (plist_is_bounded((struct cert_span){(uint8_t *)t.at, t.len}, &e) != rows[n].good ||
            !rows[n].good != !!*e.text)
            fail_msg("%s: %s", rows[n].what, e.text);
        if (rows[n].good)
            plist_from_xml(t.at, (uint32_t)t.len, &list);
        plist_free(list);
        text_fini(&t);
    }
}

static void bytes_are_bounded_before_one_is_read(void **state)
{
    static const uint8_t begin[] = "bplist00";
    struct err e = {0};

    (void)state;
    assert_false(plist_is_bounded((struct cert_span){begin, PLIST_BYTES_MOST + 1}, &e));
    assert_non_null(strstr(e.text, "the limit"));
    assert_false(plist_is_bounded((struct cert_span){begin, 0}, &e));
    assert_non_null(strstr(e.text, "empty"));
    assert_false(plist_looks_binary((struct cert_span){begin, 7}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(depth_is_bounded_where_parts_are_shared),
        cmocka_unit_test(what_shared_parts_unfold_to_is_bounded),
        cmocka_unit_test(references_are_bounded_though_parts_overlap),
        cmocka_unit_test(one_that_contains_itself_is_refused),
        cmocka_unit_test(what_points_outside_is_refused),
        cmocka_unit_test(a_trailer_that_lies_is_refused),
        cmocka_unit_test(a_good_one_is_let_through_and_cut_short_it_is_not),
        cmocka_unit_test(xml_is_bounded_by_what_it_opens),
        cmocka_unit_test(bytes_are_bounded_before_one_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
