/* app/rule_package.h - a new package of rules to begin with: `whytls rules new`. */
#ifndef WHYTLS_APP_RULE_PACKAGE_H
#define WHYTLS_APP_RULE_PACKAGE_H

#include "base/attrib.h"
#include "base/err.h"

/* One rule, its words, a spec that passes, and the types for editors, in a folder of that name
 * among the user's rules. Gives the folder, for mem_free; NULL and *e when there is one already, or
 * the name is none. */
char *rule_package_new(const char *name, struct err *e) MUST_USE;

#endif
