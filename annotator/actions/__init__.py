"""Every write a person can make is one function here: `verb_noun(*, actor, …)`, with its event in the history."""
