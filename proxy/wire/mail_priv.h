/* wire/mail_priv.h - what the two readers of mail dialogues share: the one that talks itself
 * (mail.h) and the one that watches others (mail_watch.h). Lines are without their end, and end in
 * NUL. */
#ifndef WHYTLS_WIRE_MAIL_PRIV_H
#define WHYTLS_WIRE_MAIL_PRIV_H

#include <stdbool.h>

#include "mail.h"

/* Without regard to case. */
bool mail_starts(const char *line, const char *prefix);
/* The same, and a blank or the end stands behind it. */
bool mail_is_word(const char *line, const char *word);
/* RFC 5804 §1.2: does this line end a response? */
bool mail_sieve_is_end(const char *line);
#define MAIL_SIEVE_TLS "\"STARTTLS\""
/* Is this word among those of the line? Words are parted by blanks, and by the brackets of IMAP's
 * response codes. */
bool mail_has_word(const char *line, const char *word);

enum mail_smtp_line {
    SMTP_GARBAGE = 0,
    SMTP_MORE, /* more lines of this reply follow */
    SMTP_LAST,
};

/* RFC 5321 §4.2.1: three digits, then "-" where more lines follow, else a blank or nothing. */
enum mail_smtp_line mail_smtp_line(const char *line);
/* Takes from one line of a list of capabilities, of EHLO or CAPA, what it says of TLS. `word`: the
 * line without a code. */
void mail_note_capability(const char *word, const char *wanted, bool *offered, bool *masked);

#endif
