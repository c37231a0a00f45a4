/* tests/diagnosis/kit.h - a catalogue, a flow with a fault, and short ways to speak about it. */
#ifndef WHYTLS_TESTS_DIAGNOSIS_KIT_H
#define WHYTLS_TESTS_DIAGNOSIS_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "diagnosis/board.h"
#include "diagnosis/cause.h"
#include "diagnosis/phrasebook.h"
#include "diagnosis/settle.h"
#include "diagnosis/words.h"
#include "flow/flow.h"

static const struct path_names no_names;

static inline struct causes *kit_causes(void)
{
    struct causes *c;
    struct err e = {0};

    if (!causes_new(&no_names, &c, &e))
        fail_msg("%s", e.text);
    return c;
}

/* A site whose leaf has run out. */
static inline struct flow *kit_flow(void)
{
    struct flow *f = flow_new("x", INT64_C(1795251600000));

    f->target->host = "shop.example";
    f->target->port = 443;
    f->server_leg = FLOW_MAKE(f, server_leg);
    struct flow_certificate *leaf =
        flow_list_add(f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());

    leaf->not_after = f->now - 3 * 86400;
    leaf->subject->cn = "shop.example";
    f->server_leg->verdict = FLOW_MAKE(f, verdict);
    struct flow_verdict *v = f->server_leg->verdict;

    v->verdict = "reject";
    v->class = "Expired";
    v->text = "“shop.example” certificate is expired";
    struct flow_check *check = flow_list_add(f, &v->checks, &v->n_checks, flow_type_check());

    check->check = "TemporalValidity";
    return f;
}

static inline struct path kit_path(const char *text)
{
    struct path p;
    struct err e = {0};

    if (!path_compile(text, &no_names, &p, &e))
        fail_msg("%s", e.text);
    return p;
}

static inline void kit_suspect(
    struct flow *f, const struct causes *c, const char *cause, const char *who)
{
    struct speaker speaker = {.id = who};
    struct suspicion how = {0};

    board_suspect(f, cause_find(c, cause), &speaker, &how);
}

static inline void kit_because(
    struct flow *f, const struct causes *c, const char *cause, const char *fact, int weight)
{
    struct path p = kit_path(fact);

    board_because(f, cause_find(c, cause), &p, weight);
}

static inline void kit_against(
    struct flow *f, const struct causes *c, const char *cause, const char *fact, int weight)
{
    struct path p = kit_path(fact);

    board_against(f, cause_find(c, cause), &p, weight);
}

#endif
