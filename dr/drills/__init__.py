"""What is practised: losses and moves that are declared, and whether they went as they had to.

Read ``exercise`` (what a drill takes away now), ``hypothesis`` (what had to be so, and was it),
``story`` (how one went), ``cadence`` (which run proved a drill, and when it is due again),
``drill_text`` (all of it for a person). Pure; a drill is played by ``dr.simulation.playing``.
"""
