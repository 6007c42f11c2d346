"""What is moved: actions, plans, rules, reports. Decides; never touches."""
