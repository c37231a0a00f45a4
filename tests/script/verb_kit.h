/* tests/script/verb_kit.h - one rule that does one thing at one moment, and what comes of it.
 * Header only, as rule_kit.h. */
#ifndef WHYTLS_TESTS_SCRIPT_VERB_KIT_H
#define WHYTLS_TESTS_SCRIPT_VERB_KIT_H

#include "rule_kit.h"

/* A slip of a rule, and what it is told. */
struct slip {
    const char *name, *moment, *body, *wanted;
};

static const char verb_words[] = "return { n = \"a note[ of {$who}]\", [\"cert-expired-leaf\"] = { "
                                 "title = \"t\", why = \"w\", variants = { v = {} } } }";

/* With the powers `may` (quoted), or "". */
static inline void rule_of(struct kit *k, const char *moment, const char *may, const char *body)
{
    char init[2048];

    snprintf(init, sizeof init,
        "rule { name = \"x\", about = \"probe\", notes = { n = \"low\" }, causes = { "
        "\"cert-expired-leaf\" }, may = { %s }, "
        "provides = { [\"p.fact\"] = \"integer\" }, wakes_on = { %s = \"always\" }, %s = "
        "function(flow) flow:note 'n' %s end }",
        may, moment, moment, body);
    kit_one(k, init, verb_words);
    assert_string_equal(text_str(&k->warnings), "");
}

static inline struct flow *flow_with_request(void)
{
    struct flow *f = spec_flow_new();

    f->request = FLOW_MAKE(f, request);
    return f;
}

/* Each is told, and nothing that its call wrote stays. */
static inline void slips_check(const struct slip *slips, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct kit k;
        struct flow *f = flow_with_request();

        kit_init(&k);
        rule_of(&k, slips[i].moment, "", slips[i].body);
        hook_fire(k.hooks, moment_find(slips[i].moment), f, NULL);
        if (!strstr(text_str(&k.faults), slips[i].wanted))
            fail_msg("%s\n    wanted: %s\n    got: %s", slips[i].name, slips[i].wanted,
                text_str(&k.faults));
        assert_int_equal(f->n_notes, 1);
        assert_string_equal(f->notes[0].code, "rules/fault");
        flow_free(f);
        kit_fini(&k);
    }
}

#endif
