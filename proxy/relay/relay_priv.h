/* relay/relay_priv.h - one connection, and what its stages share. Private to relay/. */
#ifndef WHYTLS_RELAY_RELAY_PRIV_H
#define WHYTLS_RELAY_RELAY_PRIV_H

#include "relay.h"

#include "base/arena.h"
#include "base/host.h"
#include "base/host_pattern.h"
#include "base/magic.h"
#include "flow/flow.h"
#include "keep.h"
#include "side.h"
#include "wire/client_hello.h"
#include "wire/mail_watch.h"

struct cert_chain;
struct decision;
struct dial;
struct h1;
struct h1_head;
struct leaf;
struct decode;
struct retry;
struct leaf_fault;
struct websocket;
struct leg_server_ask;
struct talk_h2;

enum stage {
#define STAGE(ID, name, deadline_ms, about) STAGE_##ID,
#include "stage.def"
#undef STAGE
    N_STAGES
};

const char *stage_name(enum stage s);
int64_t stage_deadline_ms(enum stage s);

/* What the client is answered, once that is known. */
enum answer { ANSWER_RELAY = 0, ANSWER_PAGE, ANSWER_ALERT, ANSWER_SELF };

/* How the plaintext is read. */
enum talk { TALK_UNKNOWN = 0, TALK_HTTP, TALK_H2, TALK_RAW };

/* What a SOCKS client says next. */
enum socks_step { SOCKS_STEP_GREETING = 0, SOCKS_STEP_LOGIN, SOCKS_STEP_REQUEST };

enum { RELAY_MAGIC = 0x7768794c, PENDING_MOST = 32 };

/* A request whose response has not ended. */
struct pending {
    int exchange; /* index in the record; -1 past its bound */
    int64_t at_ms;
};

struct relay {
    struct magic magic;
    struct relays *all;
    struct relay *prev, *next;
    enum stage stage;
    int64_t accepted_ms, stage_ms, moved_ms; /* steady */
    int64_t quiet_ms;    /* nothing had moved for so long when the site reset the connection */
    struct side side[2]; /* LEG_CLIENT, LEG_SERVER */
    struct flow *flow;   /* owned until sealed */
    char ip[64];
    uint16_t client_port, port;
    bool from_loopback;
    bool driving, again, dead;
    bool late[2]; /* the deadline of this leg's handshake passed */

    char host[HOST_CAP];  /* whom to dial */
    char asked[HOST_CAP]; /* the name that the client will look for: its SNI, else host */
    char at[64];          /* our address that it connected to; empty: not known */
    uint16_t at_port;
    enum socks_step socks;
    unsigned logins;  /* that were asked for on this connection */
    bool is_connect;  /* else the client named the site in an absolute target */
    bool tunnel;      /* decided: bytes cross unread */
    bool probe;       /* a test page of ours is asked for, in TLS */
    char sent_to[64]; /* transparent: the address that the client connected to; else empty */
    uint16_t sent_to_port;
    bool road_recorded;
    bool sent_to_us;            /* … which is this machine's */
    char named[HOST_CAP];       /* transparent, plain HTTP: what Host says */
    bool came_with_tls;         /* the client begins TLS with the site, or with a page of ours */
    struct client_hello *hello; /* owned; NULL from STAGE_TALK on: then the record tells of it */
    enum mail_protocol mail;    /* by the port, or by how the server greets */
    bool implicit;              /* this port of mail begins with TLS */
    bool listens;               /* plain words come first, the server's; STAGE_UPGRADE reads them */
    bool upgraded;              /* … and both went over to TLS */
    struct mail_watch watch;    /* … as it stands; owned */
    struct mail_login *login;   /* inside TLS; in the flow's arena; NULL: no mail, or not yet */
    size_t drain_left;          /* bytes that waited to leave at the last tick */

    struct dial *dial;
    bool dialled; /* an answer came (good or bad) */
    struct leaf *leaf;
    const struct leaf_fault *fault; /* that it has on purpose; NULL: none */
    bool mirrors;                   /* … or will have, when the site has one */
    const char *mirror_by;          /* who wants so */
    struct cert_chain *chain;
    struct gather *gather;           /* under way; the verdict waits */
    struct fetch_evidence *evidence; /* what it brought; owned */
    bool gathered;                   /* it is over, or was not worth it */
    bool judged;                     /* the first verdict stands */
    bool readable;                   /* … on a chain that could be read */
    enum answer answer;
    struct retry *retry; /* owned; NULL: no second try was made */
    bool server_failed;  /* tls_failed was told of the server leg */
    bool client_failed;  /* … of the client leg */
    bool accepted;       /* the client sent application data: it trusts us */
    bool client_judged;  /* its behaviour is in the history */

    enum talk talk;
    bool head_waits;      /* h1_head of the client's codec is read, and not forwarded yet */
    struct h1 *h1[2];     /* owned; NULL: not begun, or nothing is half said */
    struct talk_h2 *h2;   /* owned; NULL: another protocol */
    struct arena message; /* the current request and response, for rules */
    struct pending pending[PENDING_MOST];
    size_t n_pending;
    bool in_request;   /* its body is still coming */
    bool responded;    /* bytes of the current response went to the client */
    bool answered;     /* a whole response went by */
    bool last;         /* no further message on this connection */
    bool head_request; /* the page answers a HEAD */
    bool page_now;     /* the request that the page answers was read already */
    bool page_sent;
    bool upgrade_asked;          /* the client waits for 101 */
    struct decode *body[2];      /* views of bodies on their way, for rules; owned */
    struct kept_body kept[2];    /* the same bodies, for the store */
    bool bodies_asked;           /* a rule wants them all kept */
    struct websocket *websocket; /* asked for, or open; owned */
    unsigned n_websockets;       /* asked for so far */
};

/* transparent.c - clients that a gateway turned to us; sent_to is not empty. */
void transparent_start(struct relay *r, const struct relay_sent_to *to);
enum stage transparent_sniff(struct relay *r);
/* By which roads its device came lately, into the record. */
void transparent_record(struct relay *r);
/* A plain request: for the site, or for whytls. */
enum stage transparent_entry(struct relay *r, const struct h1_head *head);
/* A later request on a plain connection names another host. */
bool transparent_is_for_another(const struct relay *r, const struct h1_head *head);
/* The address that the client chose, unless the configuration answers for the name (--resolve, the
 * lab). */
const char *transparent_dial_host(const struct relay *r);
/* stage_hello.c: the client says nothing; of such protocols the server speaks first. */
enum stage hello_await_greeting(struct relay *r);
/* stage_entry.c: 400, and why. */
enum stage entry_refuse(struct relay *r, const char *why);

/* Each stage: called when it is entered and at every event. It gives the next stage, or its own to
 * wait. */
enum stage stage_sniff(struct relay *r);
enum stage stage_balancer(struct relay *r);
enum stage stage_secure(struct relay *r);
enum stage stage_socks(struct relay *r);
enum stage stage_entry(struct relay *r);
enum stage stage_hello(struct relay *r);
enum stage stage_decide(struct relay *r);
enum stage stage_dial(struct relay *r);
enum stage stage_upgrade(struct relay *r);
enum stage stage_server_tls(struct relay *r);
enum stage stage_retry(struct relay *r);
enum stage stage_judge(struct relay *r);
enum stage stage_mint(struct relay *r);
enum stage stage_client_tls(struct relay *r);
enum stage stage_talk(struct relay *r);
enum stage stage_page(struct relay *r);
enum stage stage_self(struct relay *r);
enum stage stage_tunnel(struct relay *r);
enum stage stage_drain(struct relay *r);
enum stage stage_hold(struct relay *r);

/* Does the client mean us by that host and port? */
bool self_is_asked(const struct relay *r, const char *host, uint16_t port);

/* What happens when a stage's deadline passes. */
enum stage stage_late(struct relay *r);
/* … while the site is looked for: as a timeout of the network. */
enum stage dial_late(struct relay *r);

const struct relay_world *relay_world(const struct relay *r);
/* A ClientHello that was read becomes the relay's, with what it owns. */
void hello_take(struct relay *r, const struct client_hello *hello);
void hello_drop(struct relay *r);
/* Runs the stages until they wait. The only place where a stage changes. */
void relay_drive(struct relay *r);
bool relay_is_draining(const struct relay *r);
/* The pipe becomes this side's; its events drive the relay. */
void relay_adopt_pipe(struct relay *r, enum leg_side which, struct pipe *p);
/* The rest of the client's bytes begin another flow on the same connection (another host, same
 * keep-alive). */
void relay_hand_on(struct relay *r);

/* offer.c - the client's own offer to the site, and the identities of ours for it. */
void offer_fill(const struct relay *r, struct leg_server_ask *ask);
enum { ALPN_WIRE_MOST = 1024 };
/* The client's protocols as we offer them, in wire form (RFC 7301 §3.1); gives the length. */
size_t offer_protocols(const struct client_hello *hello, uint8_t out[static ALPN_WIRE_MOST]);
/* What of its offer we left out. */
void offer_note(struct relay *r, const struct leg_server_ask *ask);
/* Does our leg ask the client for a certificate? */
bool client_is_asked(const struct relay *r);

/* record.c - what is seen, into the flow. */
void record_start(struct relay *r);
/* What is known of a client on a connection that is handed on. */
void record_inherit(struct relay *heir, const struct relay *from);
void record_now(struct relay *r);
void record_history(struct relay *r);
void record_server_leg(struct relay *r);
/* Once for a judged chain; remembers it. */
void record_sighting(struct relay *r);
void record_client_leg(struct relay *r);
void record_seal(struct relay *r);

/* fail.c - one leg failed, or closed in a way that speaks: symptom, history, the moment tls_failed.
 */
enum stage fail_server(struct relay *r);
/* stage_retry.c: could a second try tell why the site refused us? Its time is up; it is freed. */
bool retry_is_worth(const struct relay *r);
/* Its certificate is for other names: would it show the same to anybody? */
bool retry_by_name_is_worth(const struct relay *r);
enum stage retry_late(struct relay *r);
void retry_free(struct relay *r);
/* The leg's symptom is in the record: `leg` is "client" or "server". */
void fail_tell(struct relay *r, const char *leg);
void fail_client(struct relay *r);
/* Fills the record with the chain that the site showed and its verdicts; false when there is none
 * that can be read. */
bool judge_site(struct relay *r);
/* The fetch took too long: the verdict stands as it is. */
enum stage judge_late(struct relay *r);
/* Gives up a fetch under way. */
void judge_stop(struct relay *r);
/* A client that speaks HTTP reads a page; any other understands only an alert. */
void refuse_site(struct relay *r);
/* The client closed a finished, unused leg: HOLD, else the next stage. */
enum stage client_gone(struct relay *r);
/* Nobody waits for an answer any more, and none was begun. */
bool client_has_left(const struct relay *r);
enum stage client_left(struct relay *r);

/* Before anybody else is blamed: would a phone that trusts our root accept the leaf that we showed?
 */
void audit_leaf(struct relay *r);

/* show_fault.c - a fault that the client is shown on purpose. */
/* At hello: what was ordered or decided. */
void fault_plan(struct relay *r, const struct decision *decision);
/* Once the site is judged; true when its fault is mirrored. */
bool fault_mirror(struct relay *r, const struct decision *decision, bool accepted);
/* No leaf is shown at all. */
void fault_drop(struct relay *r);
/* How the client met it, at the seal. */
void fault_tell(struct relay *r);

/* The client sent application data over this leg: it trusts us. Goes into the history once. */
void note_acceptance(struct relay *r);

/* talk_http.c - requests one way, responses the other. */
enum stage talk_http(struct relay *r);

/* mail.c - the record of a mail program's dialogue, and what is said of it. */
/* By the port; again when the server's greeting told. */
void mail_begin(struct relay *r);
/* The site cannot be reached: said in the words of the protocol, since there is no TLS yet. */
void mail_say_no(struct relay *r);
/* Inside TLS: what crosses from this side is looked at; how a login came out goes into the record
 * at its end. */
void mail_see(struct relay *r, enum leg_side from, struct evbuffer *bytes);
void mail_record(struct relay *r);
/* The watch came to something, or the connection ends; where no TLS came of it, the moment
 * tls_failed. */
void mail_over(struct relay *r);
/* TLS came first, to a server that had greeted in plain words. */
void mail_not_tls(struct relay *r);

/* message.c - one request or response head: the exchange in the record, and the moments `request`
 * and `response`. */
enum { MESSAGE_AUTHORITY_CAP = HOST_CAP + 16 };
/* "shop.example", "shop.example:8443": whom the client talks to, as a URL and a Host field have
 * it. */
void message_authority(const struct relay *r, char out[static MESSAGE_AUTHORITY_CAP]);
/* Gives the index of the new exchange; -1 past the record's bound. */
int message_request(struct relay *r, const struct h1_head *head);
/* The exchange of the oldest (newest) request that is not answered, or NULL. */
struct flow_exchange *message_oldest(struct relay *r);
struct flow_exchange *message_newest(struct relay *r);
/* False when a rule refused the request. */
bool message_ask_rules(struct relay *r, int exchange, const struct h1_head *head);
/* The request becomes the one that the rules see. */
void message_show_request(struct relay *r, const struct h1_head *head);
void message_response(struct relay *r, struct flow_exchange *exchange, const struct h1_head *head);
/* The response becomes the one that the rules see. */
void message_show_response(struct relay *r, const struct h1_head *head);

/* The client has begun with what might become HTTP, and waits for the site instead. */
bool talk_is_waiting(const struct relay *r);

/* talk_h2.c - streams of one leg paired with streams of the other. Also while the reason page is
 * the answer (STAGE_PAGE). */
enum stage talk_h2(struct relay *r);
/* The site has not said in time what the client waits for. */
bool talk_h2_is_late(const struct relay *r);
/* Nothing more will be begun; the client is told before its leg is closed. */
void talk_h2_farewell(struct relay *r);
void talk_h2_free(struct talk_h2 *t);

#endif
