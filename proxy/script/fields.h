/* script/fields.h - the reference of the rule API, made from the tables that check the rules:
 * `whytls rules fields`. */
#ifndef WHYTLS_SCRIPT_FIELDS_H
#define WHYTLS_SCRIPT_FIELDS_H

struct text;

/* Every row that holds `word` (NULL: all), as text for a terminal. */
void fields_write(const char *word, struct text *out);
/* All of it as the tables of the guide, lua/README.md. */
void fields_write_markdown(struct text *out);
/* The same as a file of annotations for editors with a Lua language server (---@meta). */
void fields_write_meta(struct text *out);

#endif
