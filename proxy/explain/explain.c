#include "explain.h"

#include <event2/buffer.h>
#include <string.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/chain.h"
#include "cert/chain_order.h"
#include "evidence.h"
#include "explain_priv.h"
#include "file_kind.h"
#include "flow/dial_facts.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "flow/legs.h"
#include "hook/hook.h"
#include "judge/judge.h"
#include "judge/oddity.h"
#include "judge/verdict.h"
#include "net/dial.h"
#include "net/loop.h"
#include "net/pipe.h"
#include "net/resolve.h"
#include "probe.h"
#include "second_try.h"
#include "trust/roots.h"

struct flow *explain_begin(const struct explain_ask *ask)
{
    char id[ID_CAP];
    int64_t now_ms = clock_wall_ms(ask->clock);
    struct flow *f = flow_new(id_make(id, now_ms), now_ms);

    f->entry = "explain";
    f->now = ask->at_s == INT64_MIN ? now_ms / 1000 : ask->at_s;
    f->client->ip = "127.0.0.1";
    f->client->port = 0;
    flow_set_agent(f, NULL);
    f->client->device->id = "explain";
    f->client->device->first_seen = f->now;
    f->proxy->name = ask->name;
    f->proxy->version = WHYTLS_VERSION;
    f->proxy->root_sha256 = "";
    f->proxy->root_since = f->now;
    f->proxy->clock->state = "unchecked";
    f->proxy->clock->date_failures = 0;
    f->decision->action = "intercept";
    f->decision->by = "default";
    f->decision->answer = "relay";
    return f;
}

void explain_keep(const struct explain_ask *ask, struct verdict *v)
{
    if (!ask->keep)
        return;
    verdict_fini(ask->keep);
    *ask->keep = *v;
    *v = (struct verdict){0};
}

/* One kind of anchors, judged with whatever is there besides the chain. */
struct trial {
    const struct explain_ask *ask;
    struct flow *f;
    const struct cert_chain *chain;
    struct explain_evidence evidence;
};

static enum judge_policy policy_of(const struct explain_ask *ask)
{
    if (ask->webpki)
        return JUDGE_WEBPKI;
    return ask->email ? JUDGE_SMIME : JUDGE_TLS_SERVER;
}

static bool judge_as(struct trial *t, enum anchors_are anchors, struct flow_verdict **out)
{
    bool is_web = out == &t->f->server_leg->verdict_webpki;
    struct judge_case the_case = {.policy = is_web ? JUDGE_WEBPKI : policy_of(t->ask),
        .chain = t->chain,
        .host = t->ask->email ? NULL : t->ask->host,
        .email = t->ask->email,
        .at = t->f->now,
        .anchors_are = anchors,
        .roots = t->ask->roots,
        .ct_logs = t->ask->ct_logs};
    struct verdict verdict = {0};
    bool is_first = out == &t->f->server_leg->verdict;
    const char *odd[ODDITIES_CAP];

    explain_evidence_lend(&t->evidence, &the_case);
    judge_chain(&the_case, &verdict);
    if (!is_web)
        explain_evidence_tell(&t->evidence, t->ask, t->f, &verdict);
    *out = flow_make_verdict(t->f, &verdict);
    (*out)->policy =
        judge_policy_is_webpki(the_case.policy) ? "webpki" : judge_policy_name(the_case.policy);
    if (is_first) {
        t->f->server_leg->trusted_by = flow_text(t->f, verdict.trusted_by);
        t->f->server_leg->ca_status = flow_text(t->f, verdict.ca_status);
        t->f->server_leg->apple_list =
            flow_text(t->f, t->ask->roots ? roots_apple_list(t->ask->roots) : NULL);
        t->f->server_leg->ca_detail = flow_text(t->f, verdict.ca_status ? verdict.ca_detail : NULL);
        flow_fill_ct(t->f, &verdict);
        flow_fill_oddities(t->f, odd, oddities_find(&the_case, &verdict, odd));
    }
    bool again =
        is_first && explain_evidence_gather(&t->evidence, t->ask, t->f, &the_case, &verdict);
    if (is_first)
        explain_keep(t->ask, &verdict);
    verdict_fini(&verdict);
    return again;
}

/* `leg` NULL: the chain comes from a file. */
static void judge_flow(const struct explain_ask *ask, struct flow *f,
    const struct cert_chain *chain, const struct leg *leg)
{
    struct trial t = {.ask = ask, .f = f, .chain = chain};
    enum anchors_are anchors = ask->anchors_are;

    explain_evidence_init(&t.evidence, leg);
    if (judge_as(&t, anchors, &f->server_leg->verdict))
        judge_as(&t, anchors, &f->server_leg->verdict);
    if (policy_of(ask) == JUDGE_TLS_SERVER)
        judge_as(&t, anchors, &f->server_leg->verdict_webpki);
    if (anchors == ANCHORS_SYSTEM && !ask->webpki &&
        strcmp(f->server_leg->verdict->verdict, "reject") == 0)
        judge_as(&t, ANCHORS_USER, &f->server_leg->verdict_user);
    explain_evidence_fini(&t.evidence);
    /* The rules say what iPhones do. */
    if (!ask->webpki)
        hook_fire(ask->hooks, MOMENT_JUDGED, f, NULL);
}

void explain_end(const struct explain_ask *ask, struct flow *f)
{
    hook_fire(ask->hooks, MOMENT_FINISH, f, NULL);
    f->ms = clock_wall_ms(ask->clock) - f->at_ms;
    f->sealed = true;
}

/* A file is of no host in particular; the words about it need a name all the same, and its own
 * serves. */
static void name_target(struct flow *f, const struct cert *leaf)
{
    char name[HOST_CAP];

    for (size_t i = 0; i < leaf->dns.n; i++) {
        const char *dns = leaf->dns.at[i];

        if (dns[0] != '*' && host_normalise(dns, strlen(dns), name)) {
            flow_set_target(f, name, 443, "file");
            return;
        }
    }
    if (leaf->subject.cn && host_normalise(leaf->subject.cn, strlen(leaf->subject.cn), name))
        flow_set_target(f, name, 443, "file");
}

bool explain_chain(const struct explain_ask *ask, const uint8_t *bytes, size_t len,
    struct flow **out, struct err *e)
{
    struct cert_chain *file = file_certificates(bytes, len, e);

    if (!file)
        return false;
    struct cert_chain *chain =
        chain_with_first(file, chain_leaf(file, ask->email ? NULL : ask->host));
    struct flow *f = explain_begin(ask);
    if (ask->host)
        flow_set_target(f, ask->host, ask->port, "url");
    else
        name_target(f, chain->at[0]);
    f->server_leg = FLOW_MAKE(f, server_leg);
    flow_fill_chain(f, chain);
    f->server_leg->order = chain_order_name(chain_order(file));
    judge_flow(ask, f, chain, NULL);
    cert_chain_free(chain);
    cert_chain_free(file);
    explain_end(ask, f);
    *out = f;
    return true;
}

static void record_leg(struct flow *f, const struct probe *p)
{
    const struct leg_facts *facts = leg_facts(p->leg);
    struct flow_server_leg *leg = f->server_leg = FLOW_MAKE(f, server_leg);

    leg->address = flow_text(f, p->dialled.address);
    flow_fill_server_leg(f, facts);
    flow_fill_certificate_request(f, p->leg);
    leg->ended =
        leg_ended(facts, (struct leg_end){.eof = p->eof, .reset = p->reset, .late = p->late});
    if (!p->open_ms || leg_state(p->leg) == LEG_BROKEN || p->eof)
        leg->symptom = symptom_name(leg_symptom(facts, LEG_SERVER, p->late));
}

/* How the plain dialogue before TLS came out, in the words of the record. */
static const char *starttls_word(const struct probe *p)
{
    if (!p->ask->starttls)
        return "implicit";
    switch (p->mail.state) {
    case MAIL_READY:
        return mail_talk_was_cut(&p->mail) ? "stripped" : "offered";
    case MAIL_NOT_OFFERED:
        return mail_talk_was_cut(&p->mail) ? "stripped" : "absent";
    case MAIL_INJECTED:
        return "injected";
    case MAIL_REFUSED:
        return "refused";
    case MAIL_TALKING:
    case MAIL_GARBAGE:
        return "none";
    }
    return "none";
}

static void record_mail(struct flow *f, const struct probe *p)
{
    if (p->ask->mail == MAIL_NONE)
        return;
    f->mail = FLOW_MAKE(f, mail);
    f->mail->protocol = mail_service_name(p->ask->mail, p->ask->port);
    f->mail->starttls = starttls_word(p);
    if (p->mail.state == MAIL_INJECTED)
        f->mail->injected_by = "server";
    if (p->mail.words[0])
        f->mail->words = flow_text(f, p->mail.words);
}

/* No TLS was begun: the server leg says how it ended, the record of mail why. */
static void record_plain(struct flow *f, const struct probe *p)
{
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->address = flow_text(f, p->dialled.address);
    f->server_leg->ended = p->reset ? "rst" : p->late ? "timeout" : p->eof ? "fin" : "clean";
    f->server_leg->symptom = symptom_name(SYMPTOM_NO_UPGRADE);
    f->failed_leg = "server";
    if (p->mail.state == MAIL_GARBAGE) {
        struct text line = {0};

        text_printf(&line, "What answers on this port is no %s server. It said: %s",
            mail_protocol_name(p->ask->mail), p->mail.words);
        flow_note_add(f, "explain/other-protocol", "medium", text_str(&line), "proxy");
        text_fini(&line);
    }
}

bool explain_host(const struct explain_ask *ask, struct flow **out, struct err *e)
{
    struct probe p = {0};

    if (!probe_run(&p, ask, e))
        return false;
    struct flow *f = explain_begin(ask);
    flow_set_target(f, ask->host, ask->port, "url");
    flow_fill_dial(f, &p.dialled);
    if (p.dialled.error != DIAL_OK) {
        record_mail(f, &p);
        hook_fire(ask->hooks, MOMENT_DIAL_FAILED, f, NULL);
    } else if (!p.leg) {
        record_mail(f, &p);
        record_plain(f, &p);
        hook_fire(ask->hooks, MOMENT_TLS_FAILED, f, NULL);
    } else {
        struct err unreadable = {0};
        struct cert_chain *chain = leg_give_chain(p.leg, &unreadable);

        record_mail(f, &p);
        record_leg(f, &p);
        if (chain) {
            flow_fill_chain(f, chain);
            judge_flow(ask, f, chain, p.leg);
        } else if (unreadable.text[0] && leg_facts(p.leg)->certificate) {
            f->server_leg->chain_fault = flow_text(f, unreadable.text);
            flow_note_add(f, "explain/chain-unreadable", "medium", unreadable.text, "proxy");
            hook_fire(ask->hooks, MOMENT_JUDGED, f, NULL);
        }
        cert_chain_free(chain);
        /* Broken without a symptom: it was we who ended it. */
        if (f->server_leg->symptom || leg_state(p.leg) == LEG_BROKEN) {
            f->failed_leg = "server";
            second_try(&p, f);
            hook_fire(ask->hooks, MOMENT_TLS_FAILED, f, NULL);
        }
    }
    probe_fini(&p);
    explain_end(ask, f);
    *out = f;
    return true;
}
