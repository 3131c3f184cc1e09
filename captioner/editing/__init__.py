"""The captions of one source while people correct them: a document, operations on it, and their log.

    transcript, cues, report -> new_document.py    a document: cues and words with ids, and doubts
    document.py                                    the document: frozen cues and words
    operations.py -> applying.py                   one operation on a document, and its inverse
                     cue_texts.py, cue_times.py    cues cut and joined; where a border may lie
    edit_log.py, log_store.py                      all operations in SQLite, synced before they count
                     rebase.py                     operations of two people at once
    cue_json.py, operation_json.py                 the same values as JSON

Text is the truth. The words of a cue spell its text, or there are none. Cues are in order of their start.
"""
