#!/usr/bin/env node
require('./launch.cjs')(['tail-logs']);
