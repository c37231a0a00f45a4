/* script/limit.h - what a rule may use up. The numbers are part of the API: they are only ever
 * raised. */
#ifndef WHYTLS_SCRIPT_LIMIT_H
#define WHYTLS_SCRIPT_LIMIT_H

enum {
    LIMIT_INSTRUCTIONS = 100000,         /* of the Lua machine, per visit */
    LIMIT_LOAD_INSTRUCTIONS = 10000000,  /* per file at load: lists may be long */
    LIMIT_SPEC_INSTRUCTIONS = 100000000, /* per spec file */
    LIMIT_TICK = 100,                    /* instructions between two looks at the budget */
    /* Processor time after which a visit is stopped: instructions are not counted inside C
     * functions, so twenty thousand calls of string.upper on a long string would be well within the
     * other budget. A visit of 5 ms is already slow. */
    LIMIT_VISIT_MS = 250,
    LIMIT_LOAD_MS = 20000,
    LIMIT_SPEC_MS = 120000,
    LIMIT_MEMORY = 32 * 1024 * 1024,  /* per state: one a thread */
    LIMIT_STRING_REP = 64 * 1024,     /* bytes that string.rep may make */
    LIMIT_PATTERN_SUBJECT = 4 * 1024, /* bytes that a pattern may be matched against */
    LIMIT_PATTERN = 512,              /* bytes of a pattern */
    LIMIT_PATTERN_DEPTH = 64,         /* repetitions and captures that are open at once */
    LIMIT_PATTERN_STEPS = 2000000,    /* characters that all patterns of one visit may look at */
    LIMIT_TABLE_ROWS = 64 * 1024,     /* of table.move and table.sort, which run in C */
    LIMIT_WITH = 16,                  /* values given to one text */
    LIMIT_TEXT = 4 * 1024,            /* bytes of one such value, or of a fact */
    LIMIT_FILE = 1024 * 1024,         /* of a package */
    LIMIT_FILES = 128,                /* of a package */
    LIMIT_PACKAGES = 256,
    LIMIT_RULES = 1024,
    LIMIT_LIST = 256,             /* rows of a list in a declaration */
    LIMIT_SETTING_ROWS = 100000,  /* of a list that the user gives */
    LIMIT_MEMORY_VALUE = 256,     /* bytes of a remembered value */
    LIMIT_MEMORY_RECORDS = 10000, /* per rule and scope */
    LIMIT_MEMORY_DAYS = 90,
};

#endif
