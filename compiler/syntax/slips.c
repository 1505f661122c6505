/* Words from other tools, read as what they say here. */
#include "compiler/syntax/expect.h"
#include "compiler/syntax/stream.h"
#include "compiler/syntax/words.h"

#define SLIP_WORDS 3

static const struct slip {
    const char *written, *right;
    int token[JC_WORD_TOKENS];
} slips[] = {
#define SLIP(written, right, first, second) {written, right, {first, second}},
#define ADVICE(word, hint)
#include "compiler/syntax/slips.def"
#undef ADVICE
#undef SLIP
};

static const struct advice {
    const char *word, *hint;
} advices[] = {
#define SLIP(written, right, first, second)
#define ADVICE(word, hint) {word, hint},
#include "compiler/syntax/slips.def"
#undef ADVICE
#undef SLIP
};

const char *jc_word_advice(struct jn_str word) {
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (jn_str_is(word, advices[i].word)) return advices[i].hint;
    return NULL;
}

/* How many tokens the row's words are, from this one on; 0: something else is written. */
static uint32_t slip_words(struct jc_stream *stream, const struct jc_token *token, struct jn_str written) {
    for (uint32_t n = 0; n < SLIP_WORDS; n++) {
        const struct jc_token *next = n == 0 ? token : jc_stream_peek_at(stream, n - 1);
        struct jn_str word = jc_parser_text(stream->parser, next->span);
        if (next->kind == NL || next->kind == JC_YYEOF || !jn_str_starts(written, word)) return 0;
        if (written.n == word.n) return n + 1;
        if (written.p[word.n] != ' ') return 0;
        written = jn_str_sub(written, word.n + 1, written.n);
    }
    return 0;
}

/* Whether the line can be read to its end with the row's tokens in place of the n that are written. */
static bool slip_leads_on(struct jc_stream *stream, const struct slip *slip, uint32_t n) {
    int line[JC_WORD_TOKENS + JC_AHEAD], behind[JC_AHEAD];
    uint32_t made = 0, all = jc_stream_behind(stream, behind);
    if (all < n) return false;
    for (uint32_t i = 0; i < JC_WORD_TOKENS && slip->token[i] != 0; i++)
        line[made++] = slip->token[i];
    for (uint32_t i = n - 1; i < all; i++)
        line[made++] = behind[i];
    return jc_parser_try(stream->state, line, made) == made;
}

bool jc_slip(struct jc_stream *stream, struct jc_token *token) {
    if (token->kind == NAME && token->value.node->flags == 1) return false; /* in back-quotes: meant as it is */
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        const struct slip *slip = &slips[i];
        uint32_t n = slip_words(stream, token, jn_str_z(slip->written));
        if (n == 0 || !slip_leads_on(stream, slip, n) || jc_stream_leads_on(stream, token->kind)) continue;
        struct jc_span span = token->span;
        for (uint32_t k = 1; k < n; k++)
            span = jc_span_join(span, jc_stream_read(stream).span);
        struct jc_diag *diag =
            jc_parser_report(stream->parser, JC_E0215, span, jc_parser_text(stream->parser, span), JN_STR(""));
        if (diag != NULL) jc_fix(stream->parser->diags, diag, jn_str_z(slip->right));
        if (slip->token[0] == 0)
            *token = jc_stream_read(stream);
        else
            *token = (struct jc_token){.kind = slip->token[0], .second = slip->token[1], .span = span};
        return true;
    }
    return false;
}
