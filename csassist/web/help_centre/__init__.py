"""The help centre: the articles that answers are quoted from, to be read and searched without asking anybody."""
