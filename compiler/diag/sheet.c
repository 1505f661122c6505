/* What all forms share: which diagnostics are shown, and how many there are. */
#include "compiler/diag/print.h"

void jc_sheet_print(const struct jc_sheet *sheet, enum jc_form form, struct jn_buf *out) {
    static void (*const print[JC_FORMS])(const struct jc_sheet *, struct jn_buf *) = {
#define FORM(name) jc_sheet_##name,
#include "compiler/diag/forms.def"
#undef FORM
    };
    print[form](sheet, out);
}

bool jc_shown_next(struct jc_shown *shown) {
    const struct jc_sheet *sheet = shown->sheet;
    if (shown->diag != NULL) {
        shown->diag = shown->diag->next;
        if (shown->diag == NULL) shown->workspace++;
    }
    while (shown->diag == NULL) {
        if (shown->workspace >= sheet->n_diags) return false;
        shown->diag = sheet->diags[shown->workspace]->first;
        if (shown->diag == NULL) shown->workspace++;
    }
    shown->n_error += shown->diag->severity == JC_ERROR;
    return sheet->max_errors == 0 || shown->n_error <= sheet->max_errors;
}

uint32_t jc_sheet_errors(const struct jc_sheet *sheet) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < sheet->n_diags; i++)
        n += sheet->diags[i]->n_error;
    return n;
}

uint32_t jc_sheet_warnings(const struct jc_sheet *sheet) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < sheet->n_diags; i++)
        n += sheet->diags[i]->n_warning;
    return n;
}
