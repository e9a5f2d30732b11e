"""The stacks that databases' own tools print: OceanBase, openGauss, Doris, StarRocks, ClickHouse; and HAProxy's threads."""
