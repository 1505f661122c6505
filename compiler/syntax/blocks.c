/* Follows lines, not the grammar: it must stay right where the grammar has lost its way. */
#include "compiler/syntax/blocks.h"

#include "compiler/syntax/grammar.h"

bool jc_is_declaration(int token) {
    return token == LANGUAGE || token == WORKSPACE || token == CUSTOMER || token == EVENT || token == SEGMENT ||
           token == CHANNEL || token == MESSAGE || token == SOURCE || token == SERVICE || token == JOURNEY ||
           token == TEST || token == TOPIC;
}

const struct jc_block *jc_blocks_top(const struct jc_blocks *blocks) {
    return blocks->n == 0 ? NULL : &blocks->open[blocks->n - 1];
}

void jc_blocks_pop(struct jc_blocks *blocks) {
    if (blocks->n > 0) blocks->n--;
}

bool jc_blocks_outer_at(const struct jc_blocks *blocks, uint32_t column) {
    for (uint32_t i = 0; i + 1 < blocks->n; i++)
        if (blocks->open[i].span.column == column) return true;
    return false;
}

bool jc_blocks_statements(const struct jc_block *block) {
    return block->opener == IF || block->opener == WAIT;
}

static bool push_block(struct jc_blocks *blocks, int opener, struct jc_span span) {
    if (blocks->n == JC_LIMIT_DEPTH) return false;
    blocks->open[blocks->n++] = (struct jc_block){opener, span};
    return true;
}

static bool line_opens(const struct jc_blocks *blocks) {
    const struct jc_block *top = jc_blocks_top(blocks);
    int first = blocks->first;
    if (top == NULL)
        return jc_is_declaration(first) && first != LANGUAGE && first != EVENT && first != SEGMENT && first != TOPIC;
    if (top->opener == JOURNEY) return first == STAGE;
    if (top->opener == SOURCE) return first == WHEN || first == TAKE;
    if (top->opener == MESSAGE) return first == IN;
    if (top->opener == TEST) return first == FOR;
    bool statements = top->opener == STAGE || top->opener == IF || top->opener == SPLIT || top->opener == WAIT ||
                      top->opener == MATCH || top->opener == REPEAT || top->opener == OPTIMIZE;
    bool branch = first == ELSE || first == TIMEOUT;
    bool block = first == IF || first == SPLIT || first == MATCH || first == REPEAT || first == OPTIMIZE;
    return statements && !branch && (block || blocks->last == THEN);
}

static bool end_line(struct jc_blocks *blocks) {
    int first = blocks->first;
    blocks->first = 0;
    if (first == END) {
        jc_blocks_pop(blocks);
        return true;
    }
    if (blocks->n == 0 && first == EVENT) {
        blocks->event_waits = true;
        blocks->event = blocks->place;
        return true;
    }
    blocks->first = first;
    bool opens = line_opens(blocks);
    blocks->first = 0;
    bool waits = first != SPLIT && first != IF && first != MATCH && first != REPEAT && first != OPTIMIZE &&
                 first != FOR && first != IN && blocks->n > 0 && blocks->open[blocks->n - 1].opener != JOURNEY &&
                 blocks->open[blocks->n - 1].opener != SOURCE;
    return !opens || push_block(blocks, waits ? WAIT : first, blocks->place);
}

bool jc_blocks_token(struct jc_blocks *blocks, int token, struct jc_span span) {
    if (token == NL || token == JC_YYEOF) return blocks->first == 0 || end_line(blocks);
    if (blocks->event_waits) {
        blocks->event_waits = false;
        if (!jc_is_declaration(token) && token != END) push_block(blocks, EVENT, blocks->event);
    }
    if (blocks->first == 0 || blocks->first == LABEL) {
        if (blocks->first == 0) blocks->place = span;
        blocks->first = token;
    }
    blocks->last = token;
    return true;
}
