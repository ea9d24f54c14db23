/* store_words.c - the words of staff beside the letter. */
#include "store_words.h"

#include "store_inner.h"

enum fault
store_words_want(struct store *store, struct letter *letter, const char *text, int64_t now, struct why *why)
{
	int64_t round = 0;
	bool added = false;
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_WORDS_ROUND, why);
	bind_int(&q, ":renewal", letter->item[0].renewal);
	bind_int(&q, ":contact", letter->contact);
	fault = query_id(&q, &round);
	letter->item[0].round = (int)round;
	if (fault == FAULT_NONE)
		fault = store_letter_want(store, letter, now, &added, why);
	if (fault != FAULT_NONE)
		return fault;
	query_begin(&q, store, SQL_WORDS_ADD, why);
	bind_int(&q, ":letter", letter->id);
	bind_text(&q, ":text", text);
	return query_run(&q, NULL);
}

enum fault
store_words_get(struct store *store, int64_t letter, char **text, struct why *why)
{
	char *made = NULL;
	struct query q;
	enum fault fault;

	query_begin(&q, store, SQL_WORDS_GET, why);
	bind_int(&q, ":letter", letter);
	if (query_next(&q))
		made = take_text(&q);
	else
		query_fail(&q, FAULT_ITEM, "letter %lld has no words", (long long)letter);
	fault = query_end(&q);
	if (fault == FAULT_NONE)
		*text = made;
	return fault;
}
