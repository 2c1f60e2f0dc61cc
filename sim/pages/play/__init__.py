"""What somebody who plays an actor is shown, in a terminal; the picture of what came of it, and its words.

What an actor can know and what is asked is made in `agents`; what the game is held against, in `experiment`.
"""
