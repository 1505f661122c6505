#include "compiler/diag/show.h"
#include "compiler/explain/story.h"
#include "core/json.h"

static const char *const TONGUE[JC_TONGUES] = {[JC_ENGLISH] = "en", [JC_CHINESE] = "zh"};

void jc_story_print_text(const struct jc_story *story, struct jn_buf *out) {
    jc_show_text(story->heading, out);
    jn_buf_char(out, '\n');
    for (const struct jc_story_section *section = story->first; section != NULL; section = section->next) {
        jn_buf_printf(out, "\n%.*s\n", JN_FMT(section->title));
        for (const struct jc_story_line *line = section->first; line != NULL; line = line->next) {
            for (uint32_t i = 0; i <= line->level; i++)
                jn_buf_z(out, "  ");
            jn_buf_z(out, "- ");
            jc_show_text(line->text, out);
            jn_buf_char(out, '\n');
        }
    }
}

static void print_line(const struct jc_story_line *line, struct jn_json_out *w) {
    jn_jw_object(w);
    jn_jw_key(w, "level");
    jn_jw_int(w, line->level);
    jn_jw_key(w, "text");
    jn_jw_str(w, line->text);
    if (line->file.n > 0) {
        jn_jw_key(w, "file");
        jn_jw_str(w, line->file);
        jn_jw_key(w, "line");
        jn_jw_int(w, line->line);
    }
    jn_jw_end_object(w);
}

void jc_story_print_json(const struct jc_story *story, struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    jn_jw_key(&w, "journey");
    jn_jw_str(&w, story->journey);
    jn_jw_key(&w, "words");
    jn_jw_str(&w, jn_str_z(TONGUE[story->tongue]));
    jn_jw_key(&w, "heading");
    jn_jw_str(&w, story->heading);
    jn_jw_key(&w, "sections");
    jn_jw_array(&w);
    for (const struct jc_story_section *section = story->first; section != NULL; section = section->next) {
        jn_jw_object(&w);
        jn_jw_key(&w, "key");
        jn_jw_str(&w, jn_str_z(section->key));
        jn_jw_key(&w, "title");
        jn_jw_str(&w, section->title);
        jn_jw_key(&w, "lines");
        jn_jw_array(&w);
        for (const struct jc_story_line *line = section->first; line != NULL; line = line->next)
            print_line(line, &w);
        jn_jw_end_array(&w);
        jn_jw_end_object(&w);
    }
    jn_jw_end_array(&w);
    jn_jw_end_object(&w);
    jn_buf_char(out, '\n');
}
