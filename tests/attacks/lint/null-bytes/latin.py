# -*- coding: latin-1 -*-
NAME = 'é'
print(undefined_name)
