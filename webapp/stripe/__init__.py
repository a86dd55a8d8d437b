"""Everything that knows Stripe. The road of a card payment:

A signed webhook is stored and answered (``webhooks``). A worker reads it (``taking_in``): what it
says of a charge, refund or dispute is added to that object's facts (``facts``), which only ever
gain, so that doubled events and any order of them end alike. Then each object with news becomes
records (``recording``): the charge a payment (``matching`` finds whose), its fee an expense, a
refund or lost dispute a refund, all through ``webapp.intake``. What the event did not carry is
asked of Stripe (``client``) with the firm's key; no answer is an unknown outcome and asked again.
What cannot be recorded is shown with its cause (``causes``) until a person mends it (``actions``)
or it mends itself. Events that no webhook brought are listed once an hour (``missed``).
"""
