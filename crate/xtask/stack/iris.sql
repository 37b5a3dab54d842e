-- The published demo's tables and the first of its training rows, for a new database, as that demo sets it up.
CREATE TABLE iris_train(id SERIAL PRIMARY KEY, sepal_length float, sepal_width float, petal_length float, petal_width float, iris_class int);
CREATE TABLE iris_test(id SERIAL PRIMARY KEY, sepal_length float, sepal_width float, petal_length float, petal_width float, iris_class int);
INSERT INTO iris_train(sepal_length, sepal_width, petal_length, petal_width, iris_class) VALUES(5.8, 2.8, 5.1, 2.4, 2);
