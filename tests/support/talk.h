/* tests/support/talk.h - conversations: callers on one side, far sites on the other, the relays
 * between them; all in memory, with one fake clock. No socket, no sleep.
 *
 *   struct talk   *t = talk_new();
 *   talk_site(t, "shop.example", talk_good(t, "shop.example"));
 *   struct caller *c = caller_new(t);
 *   caller_asks(c, "shop.example:443");
 *   caller_shakes(c, talk_phone(t, "shop.example"));
 *   caller_says(c, "GET / HTTP/1.1\r\n…");
 *   far_site_says(talk_far(t, 0), "HTTP/1.1 200 OK\r\n…");
 *   talk_run(t);
 *   assert_string_equal(caller_heard(c), "…");
 *   talk_free(t);
 *
 * talk_free ends what is open and checks that each connection left exactly one sealed flow. */
#ifndef WHYTLS_TESTS_SUPPORT_TALK_H
#define WHYTLS_TESTS_SUPPORT_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "far_site.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "mint_chain.h"
#include "net/dial.h"
#include "phone.h"
#include "relay/relay.h"

struct ca;
struct caller;
struct ct_logs;
struct guests;
struct upstreams;
struct device_history;
struct host_patterns;
struct identities;
struct mirror_plan;
struct passes;
struct relays;
struct roads;
struct talk;

/* The world: a CA of our own, a public root for sites, no rules (or those of lua/rules). Its clock
 * stands at MINT_AT. */
struct talk *talk_new(void);
struct talk *talk_new_with_rules(void);
/* With these logs of Certificate Transparency (borrowed), so that public sites must have their
 * promises; and the rules. */
struct talk *talk_new_with_logs(const struct ct_logs *logs);
/* With the rules, and these faults (borrowed) shown on purpose. */
struct talk *talk_new_with_faults(const struct mirror_plan *plan);
/* With the rules, and a login for these alone (borrowed). */
struct talk *talk_new_for_guests(const struct guests *guests);
/* With the rules, and these proxies (borrowed) between us and the sites: each is a site of its own
 * name, and FAR_PLAIN until it says far_site_upgrades. */
struct talk *talk_new_behind_proxies(const struct upstreams *upstreams);
/* With the rules, these identities for sites that ask, and clients of these hosts asked for theirs;
 * both borrowed, and may be NULL. */
struct talk *talk_new_with_identities(
    const struct identities *identities, const struct host_patterns *ask_clients);
/* With the rules, and --learn on. */
struct talk *talk_new_that_learns(void);
/* Sites that refuse the handshake at once are asked a second time, as in `whytls run`. */
struct talk *talk_new_that_retries(void);
/* With these hosts (borrowed) that the owner lets pass unread, and no rules. */
struct talk *talk_new_that_lets_pass(struct passes *passes);
/* So much of what is said is kept, and no rules. */
struct talk *talk_new_that_keeps(enum relay_keeps keeps);
void talk_free(struct talk *t);
/* Another flow than one for each caller: a connection on which several hosts were asked for. */
void talk_expects_more_flows(struct talk *t, size_t n);

/* --- the sites --- */
const struct mint *talk_root(struct talk *t);
/* A certificate under that root; owned by the talk. */
const struct mint *talk_mint(struct talk *t, const struct mint_spec *spec);
/* A site with a good leaf for this host. Valid until the next call. */
const struct far_site_config *talk_good(struct talk *t, const char *host);
/* From now on connections to this host are answered so. Other hosts: nxdomain. */
void talk_site(struct talk *t, const char *host, const struct far_site_config *how);
void talk_site_fails(struct talk *t, const char *host, enum dial_error why);
/* While held, no dial is answered. */
void talk_holds_dials(struct talk *t, bool hold);
/* From now on missing issuers are looked for: their address gives this one, or nothing (NULL).
 * Before, nobody looks. */
void talk_offers(struct talk *t, const struct mint *issuer);
/* While held, who looks for one gets no answer. */
void talk_holds_offers(struct talk *t, bool hold);
size_t talk_gathers(const struct talk *t);
size_t talk_dials(const struct talk *t);
const char *talk_dialled(const struct talk *t, size_t i); /* "shop.example:443" */
/* The site at the far end of the i-th dial; NULL when it was not connected. */
struct far_site *talk_far(const struct talk *t, size_t i);
/* The network between us and it stops taking bytes. */
void talk_far_holds(struct talk *t, size_t i, bool hold);
/* While they lag, nothing that sites say once the proxy has sent its Finished arrives. */
void talk_far_lags(struct talk *t, bool lag);
bool talk_far_is_reading(const struct talk *t, size_t i);

/* --- the callers --- */
struct caller *caller_new(struct talk *t);
struct caller *caller_new_from(struct talk *t, const char *ip);
/* Comes from a load balancer: a PROXY header goes first. */
struct caller *caller_new_balanced(struct talk *t, const char *balancer);
/* One that a gateway turned to us; `ip` and `port`: where it was going. */
struct caller *caller_new_turned(struct talk *t, const char *ip, uint16_t port, bool is_us);
/* The configuration answers for this host, as --resolve does. */
void talk_configures(struct talk *t, const char *host);
/* The next caller is a connection that the proxy itself has opened. */
void talk_next_is_ours(struct talk *t);
/* Bytes as they are; what came, taken out. */
void caller_sends(struct caller *c, const char *text);
void caller_sends_n(struct caller *c, const void *bytes, size_t n);
const char *caller_gets(struct caller *c);
void caller_asks(struct caller *c, const char *authority); /* CONNECT, and 200 */
void caller_asks_as(struct caller *c, const char *authority, const char *agent);
/* TLS from here on. Goes as far as it goes. */
void caller_shakes(struct caller *c, const struct phone_config *config);
struct phone *caller_phone(struct caller *c);
/* Plaintext inside the phone's TLS. */
void caller_says(struct caller *c, const char *text);
const char *caller_heard(struct caller *c);
void caller_closes(struct caller *c); /* FIN */
void caller_resets(struct caller *c);
void caller_holds(struct caller *c, bool hold); /* reads no more */
void caller_sips(struct caller *c, size_t n);   /* … but so many bytes */
bool caller_is_reading(const struct caller *c); /* does the proxy read from it? */
bool caller_saw_end(const struct caller *c);    /* our FIN or close */
/* Bytes that the proxy keeps for it, and did not get rid of. */
size_t caller_backlog(struct caller *c);
/* A phone that trusts our root. Valid until the next call. */
struct phone_config *talk_phone(struct talk *t, const char *host);

/* --- time --- */
void talk_run(struct talk *t);              /* until nothing moves any more */
void talk_wait(struct talk *t, int64_t ms); /* the clock goes on, in beats of 100 ms */
void talk_jump(struct talk *t, int64_t ms); /* … at once, one tick */

/* From now on what is put off to "soon" is done at once, as when the loop has stopped. */
void talk_soon_is_now(struct talk *t);

/* --- what was seen --- */
struct relays *talk_relays(struct talk *t);
struct roads *talk_roads(struct talk *t);
struct device_history *talk_history(struct talk *t);
const struct ca *talk_ca(const struct talk *t); /* ours */
int64_t talk_now_ms(const struct talk *t);
/* The moments so far, in order: "hello judged finish"; starts anew with each call. */
const char *talk_moments(struct talk *t);
/* What rules could read of bodies and WebSocket messages: "request_body:a=b;ws_message:hi;". */
const char *talk_seen(const struct talk *t);
/* The URLs that each of them belonged to, as rules could read. */
const char *talk_seen_of(const struct talk *t);
/* What the rules decide at a moment from now on. */
void talk_decides(struct talk *t, enum moment m, enum action action);
/* The rules ask at that moment, from now on, that bodies are kept; or no more. */
void talk_asks_for_bodies(struct talk *t, enum moment m, bool asks);
/* From now on there are no rules, and the test hears of this moment alone. */
void talk_listens_only_to(struct talk *t, enum moment m);
size_t talk_flows(const struct talk *t);
const struct flow *talk_flow(const struct talk *t, size_t i);
bool flow_has_note(const struct flow *f, const char *code);
/* Does the timeline name this stage or moment? */
bool flow_went_through(const struct flow *f, const char *stage);

#endif
