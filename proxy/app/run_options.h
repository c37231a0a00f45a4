/* app/run_options.h - what `whytls run` is told on its command line. */
#ifndef WHYTLS_APP_RUN_OPTIONS_H
#define WHYTLS_APP_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/host_pattern.h"
#include "identity_list.h"
#include "option.h"
#include "plugin_list.h"
#include "reach.h"
#include "relay/learn.h"
#include "relay/relay.h"

struct guests;
struct mirror_plan;
struct upstreams;

enum { RUN_RULE_FOLDERS_MOST = 5 };

struct run_options {
    struct reach reach;
    /* Borrowed texts; NULL: not given. */
    const char *config, *log, *data, *roots_file, *keylog, *color, *sign_profile, *upstream_ca;
    const char *rule_folders[RUN_RULE_FOLDERS_MOST];
    size_t n_rule_folders;
    long threads, learn_after; /* 0: not given */
    long keep_days, keep_mib;  /* of connections; 0: not given */
    bool keep_none;
    enum relay_keeps keeps;
    bool keep_secrets;
    enum learn_mode learn;
    struct sockaddr_storage ui; /* AF_UNSPEC: not given */
    bool no_ui;
    bool with_lab, watch, quiet, verbose, no_fetch, no_staple, asks_revocation;
    struct identity_list identity_list;
    struct plugin_list plugin_list;
    struct host_patterns ask_clients;
    struct guests *guests;       /* owned; NULL: anybody */
    struct upstreams *upstreams; /* owned; NULL: none */
    struct mirror_plan *mirror;  /* owned */
};

/* The table of the options, for a struct command_help. */
extern const struct option_row run_option_rows[];

void run_options_init(struct run_options *o);
void run_options_fini(struct run_options *o);
/* One of the rows, as options_parse hands it; arg is the struct run_options. */
bool run_options_take(void *arg, const char *name, const char *value, struct err *e) MUST_USE;

#endif
