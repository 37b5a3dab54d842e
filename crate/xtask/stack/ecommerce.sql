-- The tables of the second published case, for a database that has none.
CREATE TABLE ecommerce_train(id SERIAL PRIMARY KEY, age int, income int, buy_count int, price float);
CREATE TABLE ecommerce_test(id SERIAL PRIMARY KEY, age int, income int, buy_count int, price float);
