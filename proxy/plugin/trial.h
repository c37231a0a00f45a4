/* plugin/trial.h - a plugin tried out where it can break nothing: in a child process that loads it
 * and lets a made-up flow pass. */
#ifndef WHYTLS_PLUGIN_TRIAL_H
#define WHYTLS_PLUGIN_TRIAL_H

#include <stdbool.h>

#include "base/text.h"

struct plugins_config;

enum trial_end {
    TRIAL_READY = 0, /* it did all that it says it does, and nothing else */
    TRIAL_IDLE,      /* loaded; nothing to work with */
    TRIAL_REFUSED,   /* not opened, or not loaded */
    TRIAL_FAULTY,    /* it asked for what it may not, or took too long */
    TRIAL_CRASHED,
};

/* The one plugin in config->files; its folders are not looked at. What happened is told as lines.
 */
enum trial_end trial_run(const struct plugins_config *config, struct text *says);

#endif
