"""The shared words of Parley: what an article, a meeting and a quote are.

Nothing here imports another package of the project. The JSON Schemas in ``published/`` are generated from these models
(``parley schemas write``); a test fails when the two differ.
"""
