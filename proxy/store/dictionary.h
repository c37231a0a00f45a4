/* store/dictionary.h - what a new file of flows begins with: the text that all records have in
 * common, and how often each byte and length is left over when that is taken out (a dictionary as
 * of RFC 8878 §5). A file keeps the one that it was begun with, so this may change. */
#ifndef WHYTLS_STORE_DICTIONARY_H
#define WHYTLS_STORE_DICTIONARY_H

#include "base/text.h"

/* Appends it. */
void dictionary_make(struct text *out);

#endif
