/* Diagnostics: what is wrong in a source, where, and what to do; ordered by place, printed as text or JSON. */
#ifndef COMPILER_DIAG_DIAG_H
#define COMPILER_DIAG_DIAG_H

#include "compiler/diag/span.h"
#include "core/arena.h"
#include "core/buffer.h"

enum jc_severity { JC_ERROR, JC_WARNING, JC_NOTE };

/* Codes never change meaning; a row that is withdrawn leaves its code unused. */
enum jc_code {
#define DIAGNOSTIC(code, severity, title, message, wrong, right) JC_##code,
#include "compiler/diag/diagnostics.def"
#undef DIAGNOSTIC
    JC_CODES
};

struct jc_related {
    struct jc_span span;
    struct jn_str text;
    struct jc_related *next;
};

/* What to write, and where. A safe one is surely meant and is applied by `fmt --fix`; another is only proposed. */
struct jc_fix {
    struct jc_span span; /* empty: to be inserted */
    struct jn_str text;
    bool safe;
};

struct jc_diag {
    enum jc_code code;
    enum jc_severity severity; /* its row's, unless warnings are denied */
    struct jc_span span;
    struct jn_str message; /* the cause, one sentence */
    struct jn_str hint;    /* what to do, one sentence; empty: none */
    const struct jc_fix *fix;
    struct jc_related *related;
    struct jc_diag *next;
};

/* Why the text of a file in a folder was not read; its text is then empty, and the parser says so. */
enum jc_unread { JC_READ, JC_UNREAD_LINK, JC_UNREAD_KIND, JC_UNREAD_DENIED };

struct jc_source {      /* a file being compiled */
    struct jn_str path; /* as shown: relative to where the user stands */
    struct jn_str text;
    enum jc_unread unread;
};

/* Collects diagnostics of one compilation; bounded, the first ones by place are kept. */
struct jc_diags {
    struct jn_arena *arena;
    const struct jc_source *source;
    uint32_t n_source;
    struct jc_diag *first;
    uint32_t n_error, n_warning;
    struct jn_str *dropped; /* words that were read as if they were not there: unknown names of this spelling are */
    uint32_t n_dropped;     /* no mistake of their own */
    bool nameless;          /* something was declared without its name: it may be any unknown one */
};

#define JC_MAX_DIAGS 1000

void jc_diags_init(struct jc_diags *diags, struct jn_arena *arena, const struct jc_source *source, uint32_t n_source);

/* The row's message with %-arguments filled in; returns the diagnostic for hint and related to be added, never NULL.
 * A second diagnostic of the same code at the same place is dropped. */
struct jc_diag *jc_report(struct jc_diags *diags, enum jc_code code, struct jc_span span, ...);
void jc_hint(struct jc_diags *diags, struct jc_diag *diag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Fixes; each is a hint of its own where there is none. */
void jc_fix(struct jc_diags *diags, struct jc_diag *diag, struct jn_str replacement); /* safe, in place of the span */
void jc_suggest(struct jc_diags *diags, struct jc_diag *diag, struct jn_str replacement); /* maybe, in place of it */
void jc_fix_at(struct jc_diags *diags, struct jc_diag *diag, struct jc_span span, struct jn_str replacement); /* safe */
void jc_suggest_at(struct jc_diags *diags, struct jc_diag *diag, struct jc_span span, struct jn_str replacement);
void jc_relate(struct jc_diags *diags, struct jc_diag *diag, struct jc_span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* From now on nothing is said of a name that is unknown because the parser dropped it, or did not find it (empty). */
void jc_diags_drop(struct jc_diags *diags, struct jn_str name);
/* Adds copies of what was found elsewhere, behind what is there; their texts are shared. */
void jc_diags_add(struct jc_diags *diags, const struct jc_diags *found);
void jc_diags_sort(struct jc_diags *diags); /* by file, place, code */
void jc_diags_remove(struct jc_diags *diags, const struct jc_diag *gone);
/* Makes warnings errors: all, or those of one code. */
void jc_diags_deny(struct jc_diags *diags, const enum jc_code *code);

const char *jc_code_name(enum jc_code code); /* "E0305" */
enum jc_severity jc_code_severity(enum jc_code code);
const char *jc_severity_word(enum jc_severity severity); /* "error" */
const char *jc_code_title(enum jc_code code);
const char *jc_code_message(enum jc_code code); /* a format */
/* The row's examples: complete small workspaces, one with just this mistake, one without; empty where no text shows it.
 */
struct jn_str jc_code_wrong(enum jc_code code);
struct jn_str jc_code_right(enum jc_code code);
bool jc_code_find(struct jn_str name, enum jc_code *out);
struct jn_str jc_code_nearest(struct jn_str name); /* the code that was perhaps meant; empty: none */
void jc_code_list(struct jn_buf *out);             /* a line for each */
/* The page behind `journey explain CODE`: title, cause, wrong and right example. */
void jc_code_explain(enum jc_code code, struct jn_buf *out);
void jc_code_explain_json(enum jc_code code, struct jn_buf *out); /* the same, one object on a line */

/* Did you mean: the nearest candidate within two edits (a third of the length for short names), or empty. */
struct jn_str jc_nearest(struct jn_str wanted, const struct jn_str *candidate, uint32_t n);

#endif
