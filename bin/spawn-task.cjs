#!/usr/bin/env node
require('./launch.cjs')(['spawn-task']);
