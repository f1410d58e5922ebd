/* Results as CSV and JSON Lines: see results_export.h. A row is written cell by cell, each with its name: the names of
   the first row are the head of a CSV. */
#include "app/study/results_export.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sheet {
    FILE *out;
    enum results_form form;
    enum results_table table;
    const struct results_about *about;
    bool is_head;  /* names are written instead of values */
    bool is_first; /* cell of the row */
};

/* --- cells --- */

static void put_quoted(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"') fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_json(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

/* True: the value is to be written now. */
static bool begin_cell(struct sheet *s, const char *name)
{
    bool is_csv = s->form == RESULTS_CSV;
    fputs(s->is_first ? (is_csv ? "" : "{") : (is_csv ? "," : ", "), s->out);
    s->is_first = false;
    if (is_csv && s->is_head) put_quoted(s->out, name);
    if (is_csv) return !s->is_head;
    put_json(s->out, name);
    fputs(": ", s->out);
    return true;
}

static void cell_none(struct sheet *s, const char *name)
{
    if (begin_cell(s, name) && s->form == RESULTS_JSONL) fputs("null", s->out);
}

static void cell_text(struct sheet *s, const char *name, const char *text)
{
    if (!begin_cell(s, name)) return;
    if (s->form == RESULTS_CSV)
        put_quoted(s->out, text);
    else
        put_json(s->out, text);
}

/* A value of the scenario: in a CSV a string is written without its quotes. */
static void cell_json(struct sheet *s, const char *name, const char *json)
{
    if (!begin_cell(s, name)) return;
    cJSON *value = s->form == RESULTS_CSV && *json == '"' ? cJSON_Parse(json) : NULL;
    if (value)
        put_quoted(s->out, value->valuestring);
    else if (s->form == RESULTS_CSV)
        put_quoted(s->out, json);
    else
        fputs(json, s->out);
    cJSON_Delete(value);
}

static void cell_int(struct sheet *s, const char *name, int64_t number)
{
    if (begin_cell(s, name)) fprintf(s->out, "%" PRId64, number);
}

/* A seed may have more than the 53 bits that other programs keep of a number. */
static void cell_seed(struct sheet *s, const char *name, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, number);
    if (number >> 53)
        cell_text(s, name, text);
    else if (begin_cell(s, name))
        fputs(text, s->out);
}

/* The shortest that is the same number again. */
static void cell_number(struct sheet *s, const char *name, double number)
{
    char text[40];
    if (isnan(number)) {
        cell_none(s, name);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) break;
    }
    if (begin_cell(s, name)) fputs(text, s->out);
}

/* 1.5, 0.000000001, 12.0 */
static void cell_seconds(struct sheet *s, const char *name, int64_t ns)
{
    char text[40];
    if (ns == TIME_NEVER) {
        cell_none(s, name);
        return;
    }
    int n = snprintf(text, sizeof text, "%" PRId64 ".%09" PRId64, ns / SECOND, ns % SECOND);
    while (n > 2 && text[n - 1] == '0' && text[n - 2] != '.')
        text[--n] = '\0';
    if (begin_cell(s, name)) fputs(text, s->out);
}

static void end_row(struct sheet *s)
{
    fputs(s->form == RESULTS_CSV ? "\n" : "}\n", s->out);
    s->is_first = true;
}

/* --- rows --- */

/* Every row says which run it is of. */
static void put_name(struct sheet *s, const struct results_run *run)
{
    char name[RESULTS_NAME_BYTES];
    cell_text(s, "run", results_run_name(run->point_key, run->replication, name));
    for (size_t i = 0; i < s->about->n_pointers; i++)
        cell_json(s, s->about->pointers[i], run->values[i]);
    cell_int(s, "replication", run->replication);
}

static void put_run(struct sheet *s, const struct results_run *run)
{
    char fingerprint[17];
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, run->run->fingerprint);
    put_name(s, run);
    cell_seed(s, "seed", run->seed);
    cell_text(s, "fingerprint", fingerprint);
    cell_seconds(s, "ended_s", run->run->ended_ns);
    cell_int(s, "mails", (int64_t)run->run->n_mails);
    cell_int(s, "censored", (int64_t)run->run->n_censored);
    for (int m = 0; m < MEASURES; m++)
        if (s->about->measures & MEASURE_BIT(m)) cell_number(s, measure_name((enum measure)m), run->run->values[m]);
    end_row(s);
}

static void put_stages(struct sheet *s, const struct measured_mail *mail)
{
    if (!(s->about->measures & MEASURES_OF_STAGES)) return;
    for (int i = 0; i < DELAY_STAGES; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s_s", delay_stage_name((enum delay_stage)i));
        cell_seconds(s, name, mail->stage_ns[i]);
    }
}

static void put_mail(struct sheet *s, const struct results_run *run, const struct measured_mail *mail)
{
    int64_t until_ns = mail->ended_ns == TIME_NEVER ? run->run->ended_ns : mail->ended_ns;
    put_name(s, run);
    cell_text(s, "mail", mail->message);
    cell_text(s, "recipient", mail->recipient);
    cell_text(s, "outcome", measured_outcome_name(mail->outcome));
    cell_int(s, "censored", mail->outcome == MEASURED_QUEUED);
    cell_int(s, "size_bytes", mail->size_bytes);
    cell_seconds(s, "written_s", mail->written_ns);
    cell_seconds(s, "first_attempt_s", mail->first_attempt_ns);
    cell_seconds(s, "ended_s", mail->ended_ns);
    cell_seconds(s, "delay_s", until_ns - mail->written_ns);
    cell_int(s, "attempts", mail->attempts);
    cell_int(s, "duplicates", mail->duplicates);
    cell_int(s, "bounces", mail->bounces);
    put_stages(s, mail);
    end_row(s);
}

static void put_attempt(struct sheet *s, const struct results_run *run, const struct measured_attempt *attempt)
{
    bool has_mail = attempt->mail < run->run->n_mails;
    const struct measured_mail *mail = has_mail ? &run->run->mails[attempt->mail] : NULL;
    put_name(s, run);
    cell_text(s, "mail", mail ? mail->message : "");
    cell_text(s, "recipient", mail ? mail->recipient : "");
    cell_seconds(s, "at_s", attempt->at_ns);
    cell_seconds(s, "until_s", attempt->until_ns);
    cell_text(s, "outcome", measured_try_name(attempt->outcome));
    end_row(s);
}

static void put_queue(struct sheet *s, const struct results_run *run, const struct measured_queue *queue)
{
    put_name(s, run);
    cell_seconds(s, "at_s", queue->at_ns);
    cell_int(s, "length", queue->length);
    end_row(s);
}

static bool on_run(void *context, const struct results_run *run)
{
    struct sheet *s = context;
    switch (s->table) {
    case RESULTS_TABLE_RUNS:
        put_run(s, run);
        break;
    case RESULTS_TABLE_MAILS:
        for (size_t i = 0; i < run->run->n_mails; i++)
            put_mail(s, run, &run->run->mails[i]);
        break;
    case RESULTS_TABLE_ATTEMPTS:
        for (size_t i = 0; i < run->run->n_attempts; i++)
            put_attempt(s, run, &run->run->attempts[i]);
        break;
    case RESULTS_TABLE_QUEUES:
        for (size_t i = 0; i < run->run->n_queue; i++)
            put_queue(s, run, &run->run->queue[i]);
        break;
    case RESULTS_TABLES:
        break;
    }
    return !ferror(s->out);
}

/* The names are those of a row that is not there. */
static void put_head(struct sheet *s)
{
    const struct measured_mail mail = {.message = "", .recipient = ""};
    const struct measured_attempt attempt = {0};
    const struct measured_queue queue = {0};
    const struct measured_run measured = {
        .mails = &mail, .n_mails = 1, .attempts = &attempt, .n_attempts = 1, .queue = &queue, .n_queue = 1};
    const struct results_run run = {.point = "", .values = s->about->pointers, .run = &measured};
    s->is_head = true;
    on_run(s, &run);
    s->is_head = false;
}

/* --- tables --- */

static const struct {
    const char *name;
    unsigned parts;
} tables[RESULTS_TABLES] = {[RESULTS_TABLE_RUNS] = {"runs", 0},
                            [RESULTS_TABLE_MAILS] = {"mails", RESULTS_MAILS},
                            [RESULTS_TABLE_ATTEMPTS] = {"attempts", RESULTS_MAILS | RESULTS_ATTEMPTS},
                            [RESULTS_TABLE_QUEUES] = {"queues", RESULTS_QUEUE}};

const char *results_table_name(enum results_table table)
{
    return tables[table].name;
}

bool results_table_find(const char *name, enum results_table *table)
{
    for (int i = 0; i < RESULTS_TABLES; i++) {
        *table = (enum results_table)i;
        if (strcmp(tables[i].name, name) == 0) return true;
    }
    return false;
}

bool results_export(struct results_reader *reader, enum results_table table, enum results_form form, FILE *out,
                    char *error, size_t room)
{
    struct sheet sheet = {
        .out = out, .form = form, .table = table, .about = results_read_about(reader), .is_first = true};
    if (form == RESULTS_CSV) put_head(&sheet);
    return results_read_runs(reader, tables[table].parts, on_run, &sheet, error, room);
}
