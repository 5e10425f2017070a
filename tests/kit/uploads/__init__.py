"""Files for the checks of uploads: good ones of many makers, and hostile ones of many families."""
