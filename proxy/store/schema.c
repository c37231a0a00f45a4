#include "schema.h"

/* --- whytls.db --- */

static const char memory_1[] =
    "CREATE TABLE device (id TEXT PRIMARY KEY, ip TEXT NOT NULL, family TEXT NOT NULL,"
    " name TEXT NOT NULL, os_version TEXT NOT NULL, first_seen_ms INTEGER NOT NULL,"
    " last_seen_ms INTEGER NOT NULL, profile_fetched_ms INTEGER NOT NULL,"
    " root_sha256 TEXT NOT NULL, probe INTEGER NOT NULL, probe_ms INTEGER NOT NULL,"
    " accepted_ms INTEGER NOT NULL, clock_offset_ms INTEGER, clock_read_ms INTEGER NOT NULL,"
    " last_refused_ms INTEGER, streak INTEGER NOT NULL, apple_passed INTEGER NOT NULL,"
    " apple_passed_ms INTEGER NOT NULL, relay_asked INTEGER NOT NULL,"
    " relay_asked_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX device_address ON device (ip, family);"
    "CREATE TABLE device_host (device TEXT NOT NULL, host TEXT NOT NULL, app TEXT NOT NULL,"
    " app_version TEXT NOT NULL, is_browser INTEGER NOT NULL, used_ms INTEGER NOT NULL,"
    " last_accepted_ms INTEGER, last_refused_ms INTEGER, tunnel_ms INTEGER,"
    " way INTEGER NOT NULL, alert INTEGER NOT NULL, tls_version INTEGER NOT NULL,"
    " finished INTEGER NOT NULL, streak INTEGER NOT NULL, hour INTEGER NOT NULL,"
    " counts BLOB NOT NULL, PRIMARY KEY (device, host, app)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX device_host_used ON device_host (used_ms);"
    /* What a command asks of a proxy that may be running: its memory does not see the file. */
    "CREATE TABLE device_errand (seq INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL,"
    " verb TEXT NOT NULL, value TEXT NOT NULL) STRICT;";

/* What rules remember. owner: "package/rule", a tab, and host, device or rule; type: enum
 * memory_type. */
static const char memory_2[] =
    "CREATE TABLE rule_memory (owner TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL,"
    " type INTEGER NOT NULL, value ANY NOT NULL, used INTEGER NOT NULL,"
    " PRIMARY KEY (owner, subject, key)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX rule_memory_used ON rule_memory (used);";

/* Hosts that pass unread. until_ms: 0, until it is taken back. */
static const char memory_3[] =
    "CREATE TABLE pass (host TEXT PRIMARY KEY, since_ms INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL, by TEXT NOT NULL) STRICT, WITHOUT ROWID;";

static const char *const memory_steps[] = {memory_1, memory_2, memory_3};

const struct database_form schema_memory = {
    .file = "whytls.db",
    .steps = memory_steps,
    .n_steps = sizeof memory_steps / sizeof *memory_steps,
    .lost = "what was known of the devices is forgotten",
    .small = true,
};

/* --- flows.db --- */

/* `flow` is narrow, because lists and counts walk it; ids of tags stand for texts, 0 for none.
 * outcome and sure are numbers of flow/outcome.h and of the confidence (3 certain, 1 possible). */
static const char traffic_1[] =
    "CREATE TABLE flow (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " ms INTEGER NOT NULL, outcome INTEGER NOT NULL, sure INTEGER NOT NULL,"
    " host INTEGER NOT NULL, port INTEGER NOT NULL, device INTEGER NOT NULL,"
    " client INTEGER NOT NULL, app INTEGER NOT NULL, cause INTEGER NOT NULL,"
    " title INTEGER NOT NULL, leg INTEGER NOT NULL, ends_s INTEGER, exchanges INTEGER NOT NULL,"
    " status INTEGER, bytes INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX flow_id ON flow (id);"
    "CREATE INDEX flow_at ON flow (at_ms);"
    "CREATE INDEX flow_outcome ON flow (outcome);"
    "CREATE TABLE record (seq INTEGER PRIMARY KEY, dictionary INTEGER NOT NULL,"
    " json BLOB NOT NULL, tags BLOB NOT NULL) STRICT;"
    "CREATE TABLE dictionary (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE tag (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX tag_text ON tag (kind, text);"
    /* Three characters anywhere in a tag find it (sqlite.org/fts5.html, the trigram tokenizer);
     * where they stand in it LIKE sees for itself. */
    "CREATE VIRTUAL TABLE tag_words USING fts5"
    " (text, content='tag', content_rowid='id', tokenize='trigram', detail=none, columnsize=0);"
    "CREATE TABLE flow_tag (tag INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " PRIMARY KEY (tag, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE certificate (tag INTEGER PRIMARY KEY, der BLOB NOT NULL,"
    " subject TEXT NOT NULL, issuer TEXT NOT NULL, names TEXT NOT NULL,"
    " not_before INTEGER NOT NULL, not_after INTEGER NOT NULL, is_ca INTEGER NOT NULL,"
    " key TEXT NOT NULL) STRICT;"
    "CREATE INDEX certificate_ends ON certificate (not_after);"
    "CREATE TABLE cause_hour (hour INTEGER NOT NULL, cause INTEGER NOT NULL,"
    " n INTEGER NOT NULL, PRIMARY KEY (hour, cause)) STRICT, WITHOUT ROWID;" /* until step 4 */
    /* What needs a look: a cause on a host, or on a host of a device (client leg). It goes when
     * that works again, or when the reader settles it. */
    "CREATE TABLE story (cause INTEGER NOT NULL, host INTEGER NOT NULL, device INTEGER NOT NULL,"
    " n INTEGER NOT NULL, sure INTEGER NOT NULL, first_ms INTEGER NOT NULL,"
    " last_ms INTEGER NOT NULL, last_seq INTEGER NOT NULL, settled INTEGER NOT NULL,"
    " PRIMARY KEY (cause, host, device)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX story_host ON story (host, device);";

/* What was said (flow/spoken.h), of the flows whose exchanges were kept; packed as
 * store/exchange_rows.c says. Apart, since a search in heads reads no bodies. */
static const char traffic_2[] =
    "CREATE TABLE heads (seq INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;"
    "CREATE TABLE bodies (seq INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;";

/* The ciphertext of both legs and its secrets (tls/tape.h), where they were kept. */
static const char traffic_3[] =
    "CREATE TABLE tape (seq INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;";

/* For the pages: was a subject seen before by another issuer, and who is above whom; which causes
 * a time had, in the order in which they are counted, without a look at flows that have none. */
static const char traffic_4[] =
    "CREATE INDEX certificate_subject ON certificate (subject);"
    "CREATE INDEX flow_cause ON flow (cause, outcome, at_ms, title, host, app, device)"
    " WHERE cause > 0;"
    "DROP TABLE cause_hour;";

static const char *const traffic_steps[] = {traffic_1, traffic_2, traffic_3, traffic_4};

const struct database_form schema_traffic = {
    .file = "flows.db",
    .steps = traffic_steps,
    .n_steps = sizeof traffic_steps / sizeof *traffic_steps,
    .lost = "what it told of the traffic is to be read only from the file that was moved",
};
