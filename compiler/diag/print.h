/* Diagnostics of one or more workspaces, written out: for people, for programs, for CI. All forms say the same. */
#ifndef COMPILER_DIAG_PRINT_H
#define COMPILER_DIAG_PRINT_H

#include "compiler/diag/diag.h"

/* What is printed together. */
struct jc_sheet {
    const struct jc_diags *const *diags; /* of each workspace, sorted */
    uint32_t n_diags;
    bool colour;
    uint32_t max_errors; /* shown at most; 0: all */
    struct jn_str here;  /* the folder the user stands in, absolute, with a slash at its end; empty: not known */
};

/* FORM(name on the command line). Each has jc_sheet_NAME. */
enum jc_form {
#define FORM(name) JC_FORM_##name,
#include "compiler/diag/forms.def"
#undef FORM
    JC_FORMS
};

void jc_sheet_print(const struct jc_sheet *sheet, enum jc_form form, struct jn_buf *out);

#define FORM(name) void jc_sheet_##name(const struct jc_sheet *sheet, struct jn_buf *out);
#include "compiler/diag/forms.def"
#undef FORM

/* One diagnostic in full, without colour: place, message, source line, hint, related places. */
void jc_print_diag(const struct jc_diags *diags, const struct jc_diag *diag, bool colour, struct jn_buf *out);
/* The text form of one workspace. */
void jc_diags_print_text(const struct jc_diags *diags, bool colour, struct jn_buf *out);

/* Calls back for each diagnostic that is to be shown: errors up to the limit, and whatever stands before the limit. */
struct jc_shown {
    const struct jc_sheet *sheet;
    uint32_t workspace, n_error;
    const struct jc_diag *diag;
};
/* The next one, or false; begin with {.sheet = sheet}. */
bool jc_shown_next(struct jc_shown *shown);
uint32_t jc_sheet_errors(const struct jc_sheet *sheet);
uint32_t jc_sheet_warnings(const struct jc_sheet *sheet);

#endif
