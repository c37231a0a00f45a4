/* app/house_priv.h - what the files of the house share. Private to app/. */
#ifndef WHYTLS_APP_HOUSE_PRIV_H
#define WHYTLS_APP_HOUSE_PRIV_H

#include "house.h"

/* Each fills in its own. */
void house_give_roots(struct web_house *out);
void house_give_rules(struct web_house *out);
void house_give_explain(struct web_house *out);

#endif
